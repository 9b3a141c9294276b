"""The pages of e-mail: forgotten passwords, codes to log in with, the page behind the links, and what belongs to other pages."""

from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.core.settings.mail_settings import REQUIRED
from rxapp.auth.features.email.pages.administration import invitation, user_address
from rxapp.auth.features.email.pages.asking import (
    CodeLoginState,
    ForgottenState,
    code_button,
    code_page,
    forgotten_link,
    forgotten_page,
)
from rxapp.auth.features.email.pages.confirm_form import confirm_form
from rxapp.auth.features.email.pages.link_page import MailLinkState, link_page
from rxapp.auth.features.email.pages.messages import MessagesState, messages_page
from rxapp.auth.features.email.pages.own_address import address_section
from rxapp.auth.features.email.pages.routes import CODE_LOGIN, FORGOTTEN, MAILBOX, MESSAGES
from rxapp.auth.features.email.pages.stage_form import EmailStageState, stage_form
from rxapp.auth.features.email.rules.own_address import STAGE
from rxapp.auth.features.email.rules.recovery import EMAIL
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.delivery.mail_links import MAIL_LINK
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FeaturePage, places
from rxapp.auth.web.site.registry import site


def add_pages() -> dict[str, FeaturePage]:
    """Add the parts of other pages. Returns the pages of their own; the mailbox only in development without a mail server."""
    settings, texts = get_service().settings, site.texts
    places.add_section(places_on.LOGIN_FORM, forgotten_link, order=10)
    places.add_section(places_on.ACCOUNT, address_section, order=15)
    places.add_section(places_on.USER, user_address, order=5)
    places.username_hint = lambda: site.texts.email.login_hint
    places.invitation = invitation
    places.admin_tabs[MESSAGES] = lambda: site.texts.mail.tab
    pages = {
        FORGOTTEN: FeaturePage(texts.email.forgot_title, forgotten_page, ForgottenState.prepare),
        MAIL_LINK: FeaturePage(texts.mail_link.title, link_page, MailLinkState.prepare),
        MESSAGES: FeaturePage(texts.mail.page_title, messages_page, MessagesState.load, roles=[ADMIN_ROLE]),
    }
    if settings.email_mode == REQUIRED:
        places.stage_forms[STAGE] = stage_form
        places.stage_loads[STAGE] = EmailStageState.prepare
    if settings.email_codes:
        places.add_section(places_on.LOGIN, code_button, order=20)
        places.proof_forms[EMAIL] = confirm_form
        pages[CODE_LOGIN] = FeaturePage(texts.email.code_title, code_page, CodeLoginState.prepare)
    if not settings.in_production and settings.mail_server is None:
        from rxapp.auth.features.email.pages.mailbox import MailboxState, mailbox_page  # noqa: PLC0415  only where it may be

        pages[MAILBOX] = FeaturePage(texts.mail.mailbox, mailbox_page, MailboxState.load)
    return pages
