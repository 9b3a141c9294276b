"""The page behind a one-time link, on which a person sets their password.

The link's token stands in the URL's fragment, which browsers do not send: so it is in no server's and no proxy's log, and in no
`Referer`.
"""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.errors import InvalidToken, PasswordRefused, RevocationReason
from rxapp.auth.outages import SAID_IN_PLACE
from rxapp.auth.web.forms import auth_form, submit_button, text_in
from rxapp.auth.web.guards import event
from rxapp.auth.web.navigation import login_url
from rxapp.auth.web.open_pages import sign_out_all
from rxapp.auth.web.pages import style
from rxapp.auth.web.pages.fields import form_page, notices
from rxapp.auth.web.pages.new_password import MISMATCH, new_password_fields
from rxapp.auth.web.runtime import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.senders import page_client
from rxapp.auth.web.site import site

PASSWORD_SET = "password_set"
"""The reason shown at the login page afterwards."""

_SPENT = "This link was used already, or is too old. Ask for a new one."


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
            self.error = _SPENT

    @event(public=True)
    async def submit(self, form: SetPasswordForm) -> Any:
        """Set the password, and go to log in with it."""
        self.is_busy, self.error, self.wait = True, "", 0
        yield
        self.is_busy = False
        try:
            if text_in(form, "new_password") != text_in(form, "new_password_again"):
                raise PasswordRefused(MISMATCH)
            set_password = get_service().accounts.set_password
            ended = await in_hashing_thread(set_password, self._token(), text_in(form, "new_password"), page_client(self))
        except SAID_IN_PLACE as error:
            self.error = _SPENT if isinstance(error, InvalidToken) else error.message
            self.wait = error.retry_after_seconds
            yield rx.set_focus("new_password")
        else:
            sign_out_all(ended, RevocationReason.PASSWORD_CHANGED)
            yield rx.redirect(login_url(site.login_route, reason=PASSWORD_SET), replace=True)

    def _token(self) -> str:
        return self.router.url.fragment


def set_password_page(*, title: str = "Set your password", logo: rx.Component | None = None) -> rx.Component:
    """The form in a card. Slots: `title`, and a `logo` above it."""
    return form_page(
        title,
        logo or rx.fragment(),
        notices(rx.Var.create(""), SetPasswordState.error, SetPasswordState.wait),
        rx.cond(SetPasswordState.user_name, _form()),
    )


def _form() -> rx.Component:
    return auth_form(
        rx.el.p("For the user ", rx.el.strong(SetPasswordState.user_name), ".", class_name=style.TEXT + " mb-4"),
        # Password managers file the new password under this name.
        rx.el.input(auto_complete="username", default_value=SetPasswordState.user_name, read_only=True, class_name="hidden"),
        new_password_fields("New password"),
        submit_button("Set password", "Setting…", is_busy=SetPasswordState.is_busy, class_name=style.SUBMIT),
        on_submit=SetPasswordState.submit,
        is_busy=SetPasswordState.is_busy,
    )
