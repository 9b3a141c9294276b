"""The login page: a plain function, registered by `install_auth` and by nothing else."""

from typing import Any, TypedDict

import reflex as rx
from pydantic import ValidationError
from reflex_components_core.react_router import link

from rxapp.auth.clients import Client
from rxapp.auth.errors import InvalidCredentials
from rxapp.auth.outages import SAID_IN_PLACE
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.forms import auth_form, submit_button
from rxapp.auth.web.guards import event
from rxapp.auth.web.http.wire import LoginRequest
from rxapp.auth.web.navigation import own_path
from rxapp.auth.web.pages import style
from rxapp.auth.web.pages.fields import form_page, notices, password_field, text_field
from rxapp.auth.web.pages.set_password import PASSWORD_SET
from rxapp.auth.web.runtime import get_service, in_hashing_thread
from rxapp.auth.web.site import site
from rxapp.auth.web.state import IN, AuthState

REASONS = {
    "signed_out": "You are logged out.",
    "session_expired": "Your session has reached its end. Please log in again.",
    "session_idle": "You were away for a while, so we logged you out. Please log in again.",
    "session_revoked": "Your session was ended. Please log in again.",
    "password_changed": "Your password was changed, so you were logged out here. Please log in with the new one.",
    "ended_by_administrator": "An administrator ended your session. Please log in again.",
    "user_disabled": "An administrator has disabled your account.",
    "account_deleted": "Your account has been deleted.",
    PASSWORD_SET: "Your password is set. Please log in with it.",
    "token_reused": (
        "We logged you out because your sign-in was used in two places, so somebody else may have a copy of it. "
        "Please log in again, and change your password if this was not you."
    ),
    "invalid_dpop_proof": (
        "The sign-in stored in this browser was made for another device, so it does not work here. Please log in again."
    ),
    "invalid_token": "Your stored sign-in was not valid any more. Please log in again.",
}
"""What a person is told; a code that is not here is not shown, for it comes from the URL."""


class LoginForm(TypedDict):
    """The form's fields."""

    username: str
    password: str


class LoginState(rx.State):
    """What the login page shows: why one is here, what went wrong, and whether it is at work."""

    reason: str = ""
    error: str = ""
    wait: int = 0
    is_busy: bool = False

    @event(public=True)
    async def prepare(self) -> Any:
        """On load, after `AuthState.enter`: say why one is here, or go on if one is signed in already."""
        auth = await self.get_state(AuthState)
        if auth.status == IN:
            return self._go_on()
        self.error, self.wait, self.is_busy = "", 0, False
        self.reason = REASONS.get(self.router.url.query_parameters.get("reason") or auth.ended_because, "")
        return None

    @event(public=True, signs_in=True)
    async def submit(self, form: LoginForm) -> Any:
        """Log in and go on to the page that was asked for."""
        self.is_busy, self.error, self.wait, self.reason = True, "", 0, ""
        yield
        try:
            auth = await self.get_state(AuthState)
            pair = await _check(form, auth._client())
            await site.hooks.logged_in(pair, auth._client())
            await auth._begin(pair)
        except SAID_IN_PLACE as error:
            self.is_busy, self.error, self.wait = False, error.message, error.retry_after_seconds
            yield rx.set_focus("password")
        else:
            yield self._go_on()

    def _go_on(self) -> Any:
        wanted = own_path(self.router.url.query_parameters.get("next"), otherwise=site.home_route)
        return rx.redirect(wanted, replace=True)


async def _check(form: LoginForm, client: Client) -> TokenPair:
    """The pair for a right user name and password; what is malformed is as wrong as what is wrong."""
    try:
        request = LoginRequest.model_validate(form)
    except ValidationError as error:
        raise InvalidCredentials from error
    return await in_hashing_thread(get_service().log_in, request.username, request.password, client)


def login_page(*, title: str = "Log in", logo: rx.Component | None = None, register_route: str = "") -> rx.Component:
    """The login form in a card. Slots: `title`, a `logo` above it, and where to make an account, if people may."""
    return form_page(
        title,
        logo or rx.fragment(),
        notices(LoginState.reason, LoginState.error, LoginState.wait),
        auth_form(
            text_field(
                "Username",
                "username",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                required=True,
                max_length=256,
            ),
            password_field("Password", "password", auto_complete="current-password"),
            submit_button("Log in", "Logging in…", is_busy=LoginState.is_busy, class_name=style.SUBMIT + " mt-6"),
            on_submit=LoginState.submit,
            is_busy=LoginState.is_busy,
        ),
        _register_link(register_route) if register_route else rx.fragment(),
    )


def _register_link(route: str) -> rx.Component:
    return rx.el.p("New here? ", link("Create an account", to=route, class_name=style.LINK), class_name=style.SMALL + " mt-6")
