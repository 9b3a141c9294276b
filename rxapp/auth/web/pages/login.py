"""The login page: a plain function, registered by `install_auth` and by nothing else."""

from typing import Any, TypedDict, Unpack

import reflex as rx
from pydantic import ValidationError

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.errors import InvalidCredentials
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.api.schemas import LoginRequest
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread
from rxapp.auth.web.auth_state.state import IN, AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.register import own_register_route
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.redirects import own_path
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.texts import LoginTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import form_page, notices, password_field, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in


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
        self.reason = site.texts.login.reasons.of(self.router.url.query_parameters.get("reason") or auth.ended_because)
        return None

    @event(public=True, signs_in=True)
    async def submit(self, form: LoginForm) -> Any:
        """Log in and go on to the page that was asked for."""
        self.is_busy, self.error, self.wait, self.reason = True, "", 0, ""
        yield
        try:
            auth = await self.get_state(AuthState)
            pair = await _check(form, auth._client())
            await get_hooks().logged_in(pair, auth._client())
            await auth._begin(pair)
        except FORM_ERRORS as error:
            self.is_busy, self.error, self.wait = False, in_words(error), error.retry_after_seconds
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


def login_page(*, register_route: str | None = None, **slots: Unpack[Slots]) -> rx.Component:
    """The login form in a card. It needs `LoginState.prepare` on load.

    `register_route` is where to make an account, if not at our own page; empty for no link.
    """
    texts = site.texts.login
    return form_page(
        texts.title,
        notices(LoginState.reason, LoginState.error, LoginState.wait),
        auth_form(
            text_field(
                texts.username,
                "username",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                required=True,
                max_length=256,
            ),
            password_field(texts.password, "password", auto_complete="current-password"),
            extra_in(slots),
            submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT + " mt-6"),
            on_submit=LoginState.submit,
            is_busy=LoginState.is_busy,
        ),
        _register_link(texts, own_register_route() if register_route is None else register_route),
        **slots,
    )


def _register_link(texts: LoginTexts, route: str) -> rx.Component:
    if not route:
        return rx.fragment()
    register = link(texts.register, to=route, class_name=style.LINK)
    return rx.el.p(*sentence(texts.new_here, register=register), class_name=style.SMALL + " mt-6")
