"""The login page: a plain function, registered by `install_auth` and by nothing else."""

from typing import Any, TypedDict

import reflex as rx
from pydantic import ValidationError

from rxapp.auth.clients import Client
from rxapp.auth.errors import AuthError, InvalidCredentials
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.forms import auth_form, show_password_button, submit_button
from rxapp.auth.web.guards import event
from rxapp.auth.web.navigation import own_path
from rxapp.auth.web.runtime import get_service, in_hashing_thread
from rxapp.auth.web.site import site
from rxapp.auth.web.state import IN, AuthState
from rxapp.auth.web.wire import LoginRequest

REASONS = {
    "signed_out": "You are logged out.",
    "session_expired": "Your session has reached its end. Please log in again.",
    "session_idle": "You were away for a while, so we logged you out. Please log in again.",
    "session_revoked": "Your session was ended. Please log in again.",
    "token_reused": (
        "We logged you out because your sign-in was used in two places, so somebody else may have a copy of it. "
        "Please log in again, and change your password if this was not you."
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
    is_busy: bool = False

    @event(public=True)
    async def prepare(self) -> Any:
        """On load, after `AuthState.enter`: say why one is here, or go on if one is signed in already."""
        auth = await self.get_state(AuthState)
        if auth.status == IN:
            return self._go_on()
        self.error, self.is_busy = "", False
        self.reason = REASONS.get(self.router.url.query_parameters.get("reason") or auth.ended_because, "")
        return None

    @event(public=True)
    async def submit(self, form: LoginForm) -> Any:
        """Log in and go on to the page that was asked for."""
        self.is_busy, self.error, self.reason = True, "", ""
        yield
        try:
            auth = await self.get_state(AuthState)
            pair = await _check(form, auth._client())
            await auth._begin(pair)
        except AuthError as error:
            self.is_busy, self.error = False, error.message
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


_FIELD = (
    "block w-full rounded-lg border border-slate-300 bg-white px-3 py-2.5 text-base text-slate-900 shadow-xs "
    "placeholder:text-slate-400 focus:border-indigo-600 focus:outline-2 focus:outline-indigo-600 "
    "dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100 dark:focus:border-indigo-400 dark:focus:outline-indigo-400"
)
_CARD = "w-full max-w-sm rounded-2xl bg-white p-8 shadow-sm ring-1 ring-slate-200 dark:bg-slate-900 dark:ring-slate-700"
_LABEL = "mb-1.5 block text-sm font-medium text-slate-700 dark:text-slate-200"
_BUTTON = (
    "flex w-full cursor-pointer items-center justify-center rounded-lg bg-indigo-600 px-4 py-2.5 text-base font-semibold "
    "text-white hover:bg-indigo-700 focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-indigo-600 "
    "disabled:cursor-not-allowed disabled:bg-slate-300 disabled:text-slate-600 "
    "dark:disabled:bg-slate-700 dark:disabled:text-slate-400"
)
_QUIET_BUTTON = (
    "absolute inset-y-0 right-0 cursor-pointer rounded-r-lg px-3 text-sm font-medium text-slate-600 hover:text-slate-900 "
    "focus-visible:outline-2 focus-visible:outline-indigo-600 aria-pressed:text-indigo-700 aria-pressed:underline "
    "dark:text-slate-300 dark:hover:text-white dark:aria-pressed:text-indigo-300"
)
_NOTICE = "mb-5 rounded-lg border px-3.5 py-3 text-sm "
_NEUTRAL = "border-sky-200 bg-sky-50 text-sky-900 dark:border-sky-800 dark:bg-sky-950 dark:text-sky-100"
_ALARM = "border-red-200 bg-red-50 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"


def login_page(*, title: str = "Log in", logo: rx.Component | None = None) -> rx.Component:
    """The login form in a card. Slots: `title`, and a `logo` above it."""
    return rx.el.main(
        rx.el.div(
            logo or rx.fragment(),
            rx.el.h1(title, class_name="mb-6 text-2xl font-semibold tracking-tight text-slate-900 dark:text-white"),
            _notices(),
            _form(),
            class_name=_CARD,
        ),
        class_name="flex min-h-screen items-center justify-center bg-slate-50 px-4 py-12 dark:bg-slate-950",
    )


def _notices() -> rx.Component:
    """Live regions stand in the page from the start: a region that comes with its text is not read out."""
    return rx.fragment(
        rx.el.div(
            rx.cond(LoginState.reason, rx.el.p(LoginState.reason, class_name=_NOTICE + _NEUTRAL)),
            role="status",
        ),
        rx.el.div(
            rx.cond(LoginState.error, rx.el.p(LoginState.error, id="login-error", class_name=_NOTICE + _ALARM)),
            role="alert",
        ),
    )


def _form() -> rx.Component:
    return auth_form(
        rx.el.div(
            rx.el.label("Username", html_for="username", class_name=_LABEL),
            rx.el.input(
                id="username",
                name="username",
                type="text",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                required=True,
                max_length=256,
                class_name=_FIELD,
            ),
            class_name="mb-4",
        ),
        rx.el.div(
            rx.el.label("Password", html_for="password", class_name=_LABEL),
            rx.el.div(
                rx.el.input(
                    id="password",
                    name="password",
                    type="password",
                    auto_complete="current-password",
                    required=True,
                    max_length=1024,
                    class_name=_FIELD + " pr-16",
                ),
                show_password_button("password", class_name=_QUIET_BUTTON),
                class_name="relative",
            ),
            class_name="mb-6",
        ),
        submit_button("Log in", "Logging in…", is_busy=LoginState.is_busy, class_name=_BUTTON),
        on_submit=LoginState.submit,
        is_busy=LoginState.is_busy,
    )
