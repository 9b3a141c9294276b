"""All texts of one language."""

from dataclasses import dataclass

from rxapp.auth.web.texts.account import AccountTexts, ActivityTexts, SessionsTexts
from rxapp.auth.web.texts.administration import EventsTexts, UsersTexts, UserTexts
from rxapp.auth.web.texts.audit import EndTexts, EventKindTexts, NewsTexts
from rxapp.auth.web.texts.common import ConfirmTexts, NoticeTexts, UserMenuTexts
from rxapp.auth.web.texts.email import EmailTexts, MailLinkTexts, MailTexts
from rxapp.auth.web.texts.overview import OverviewTexts
from rxapp.auth.web.texts.passkeys import PasskeyTexts
from rxapp.auth.web.texts.providers import ProviderTexts
from rxapp.auth.web.texts.refusals import RefusalTexts
from rxapp.auth.web.texts.second_factor import SecondFactorTexts, SecurityTexts
from rxapp.auth.web.texts.signing_in import LoginTexts, NewPasswordTexts, PasswordTexts, RegisterTexts, SetPasswordTexts


@dataclass(frozen=True, slots=True)
class Texts:
    """One branch a page, and those that several pages share."""

    login: LoginTexts = LoginTexts()
    register: RegisterTexts = RegisterTexts()
    password: PasswordTexts = PasswordTexts()
    set_password: SetPasswordTexts = SetPasswordTexts()
    new_password: NewPasswordTexts = NewPasswordTexts()
    second_factor: SecondFactorTexts = SecondFactorTexts()
    security: SecurityTexts = SecurityTexts()
    passkeys: PasskeyTexts = PasskeyTexts()
    providers: ProviderTexts = ProviderTexts()
    email: EmailTexts = EmailTexts()
    mail_link: MailLinkTexts = MailLinkTexts()
    mail: MailTexts = MailTexts()
    account: AccountTexts = AccountTexts()
    sessions: SessionsTexts = SessionsTexts()
    activity: ActivityTexts = ActivityTexts()
    overview: OverviewTexts = OverviewTexts()
    users: UsersTexts = UsersTexts()
    user: UserTexts = UserTexts()
    events: EventsTexts = EventsTexts()
    event_kinds: EventKindTexts = EventKindTexts()
    session_ends: EndTexts = EndTexts()
    news: NewsTexts = NewsTexts()
    confirm: ConfirmTexts = ConfirmTexts()
    user_menu: UserMenuTexts = UserMenuTexts()
    notices: NoticeTexts = NoticeTexts()
    refusals: RefusalTexts = RefusalTexts()


ENGLISH = Texts()
