"""The page behind a one-time link, on which a person sets their password.

The link's token stands in the URL's fragment, which browsers do not send: so it is in no server's and no proxy's log, and in no
`Referer`.
"""

from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.errors import InvalidToken, RevocationReason
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all
from rxapp.auth.web.pages.parts.new_password import new_password_fields, require_same
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.redirects import login_url
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import form_page, notices
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in

PASSWORD_SET = "password_set"
"""The reason shown at the login page afterwards."""


class SetPasswordForm(TypedDict):
    """The form's fields."""

    new_password: str
    new_password_again: str


class SetPasswordState(rx.State):
    """Whose password it is, what went wrong, and whether it is at work."""

    user_name: str = ""
    error: str = ""
    wait: int = 0
    is_busy: bool = False

    @event(public=True)
    async def prepare(self) -> None:
        """On load: find out whose password the link sets."""
        self.user_name, self.error, self.wait, self.is_busy = "", "", 0, False
        try:
            self.user_name = (await in_thread(get_service().accounts.user_of_link, self._token())).user_name
        except InvalidToken:
            self.error = site.texts.set_password.spent

    @event(public=True)
    async def submit(self, form: SetPasswordForm) -> Any:
        """Set the password, and go to log in with it."""
        self.is_busy, self.error, self.wait = True, "", 0
        yield
        self.is_busy = False
        try:
            require_same(form)
            set_password = get_service().accounts.set_password
            ended = await in_hashing_thread(set_password, self._token(), text_in(form, "new_password"), page_client(self))
        except FORM_ERRORS as error:
            self.error = site.texts.set_password.spent if isinstance(error, InvalidToken) else in_words(error)
            self.wait = error.retry_after_seconds
            yield rx.set_focus("new_password")
        else:
            log_out_all(ended, RevocationReason.PASSWORD_CHANGED)
            yield rx.redirect(login_url(site.login_route, reason=PASSWORD_SET), replace=True)

    def _token(self) -> str:
        return self.router.url.fragment


def set_password_page(**slots: Unpack[Slots]) -> rx.Component:
    """The form in a card. It needs `SetPasswordState.prepare` on load."""
    return form_page(
        site.texts.set_password.title,
        notices(rx.Var.create(""), SetPasswordState.error, SetPasswordState.wait),
        rx.cond(SetPasswordState.user_name, _form(slots)),
        **slots,
    )


def _form(slots: Slots) -> rx.Component:
    texts, user_name = site.texts.set_password, rx.el.strong(SetPasswordState.user_name)
    return auth_form(
        rx.el.p(*sentence(texts.whose, user_name=user_name), class_name=style.TEXT + " mb-4"),
        # Password managers file the new password under this name.
        rx.el.input(auto_complete="username", default_value=SetPasswordState.user_name, read_only=True, class_name="hidden"),
        new_password_fields(is_new=True),
        extra_in(slots),
        submit_button(texts.submit, texts.busy, is_busy=SetPasswordState.is_busy, class_name=style.SUBMIT),
        on_submit=SetPasswordState.submit,
        is_busy=SetPasswordState.is_busy,
    )
