"""The login page: a button that logs in with a passkey alone, and the form of the stage that asks for one after the password."""

from contextlib import suppress
from typing import Any

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.features.passkeys.pages.passkey_button import Prompting, passkey_button, why_failed
from rxapp.auth.features.passkeys.rules.ceremonies import is_installed
from rxapp.auth.features.passkeys.rules.own_passkeys import POP
from rxapp.auth.features.passkeys.rules.use import log_in, login_options, options_of_pending
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.trust_device import trust_checkbox
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style

BUTTON = "passkey"
"""The id of the button."""


class PasskeyLoginState(Prompting, rx.State):
    """Logging in with a passkey alone."""

    @event(public=True)
    async def begin(self) -> None:
        """When the page is loaded, and when the challenge becomes too old.

        It does not wait for the browser's key: most people who come to the page log in in another way. The answer waits for it,
        and the page takes only the answer to its own challenge.
        """
        self._offer(login_options(get_service(), (await self.get_state(AuthState))._client()))

    @event(public=True, signs_in=True)
    async def answer(self, answer: str) -> Any:
        """Log in with the browser's answer."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait, login.reason = True, "", "", 0, ""
        yield
        client = (await self.get_state(AuthState))._client()
        yield await login._finish(self._log_in(answer, client), focus=BUTTON)
        if login.error:
            self._offer(login_options(get_service(), client))

    @event(public=True)
    async def fail(self, error_name: str) -> None:
        """Say why there was no answer."""
        login = await self.get_state(LoginState)
        login.reason, login.error, login.wrong, login.wait = why_failed(error_name), "", "", 0

    async def _log_in(self, answer: str, client: Client) -> LoggedIn:
        return await in_thread(log_in, get_service(), self._take(answer), client)


@kept_during_login
class PasskeyFactorState(Prompting, rx.State):
    """A passkey after the password."""

    @event(public=True, signs_in=True)
    async def begin(self) -> None:
        """When the form is shown, and when its challenge becomes too old."""
        login, client = await self.get_state(LoginState), (await self.get_state(AuthState))._client()
        try:
            await self._renew(login._pending, client)
        except FORM_ERRORS as error:
            login.error = in_words(error)

    @event(public=True, signs_in=True)
    async def answer(self, answer: str) -> Any:
        """Go on with the login."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait, login.reason = True, "", "", 0, ""
        yield
        try:
            answers = {METHOD: POP, CODE: self._take(answer)}
        except FORM_ERRORS as error:
            yield login._refuse(error, focus=BUTTON)
        else:
            yield await login._complete(answers, focus=BUTTON)
        if login.error and login.stage:
            with suppress(*FORM_ERRORS):  # the form says already what is wrong
                await self._renew(login._pending, (await self.get_state(AuthState))._client())

    @event(public=True)
    async def fail(self, error_name: str) -> None:
        """Say why there was no answer."""
        login = await self.get_state(LoginState)
        login.reason, login.error, login.wrong, login.wait = why_failed(error_name), "", "", 0

    async def _renew(self, pending_login: str, client: Client) -> None:
        self._offer(await in_thread(options_of_pending, get_service(), pending_login, client))


def login_section() -> rx.Component:
    """The button. While it is there, the browser also offers passkeys in the field for the user name."""
    return passkey_button(
        PasskeyLoginState,
        is_busy=LoginState.is_busy,
        autofills=True,
        on_mount=None,
        id=BUTTON,
        class_name=style.SECONDARY + " w-full",
    )


def factor_form() -> rx.Component:
    """The form of the stage. Without the extra it is asked for all the same, and says that it cannot be checked."""
    texts = site.texts.passkeys
    if not is_installed():
        return rx.el.p(site.texts.refusals.passkeys_unavailable, class_name=style.ALARM_NOTICE)
    return rx.fragment(
        rx.el.p(texts.why_after_password, class_name=style.TEXT + " mb-4"),
        trust_checkbox(),
        passkey_button(PasskeyFactorState, is_busy=LoginState.is_busy, id=BUTTON, auto_focus=True, class_name=style.SUBMIT),
        key="passkey",
    )
