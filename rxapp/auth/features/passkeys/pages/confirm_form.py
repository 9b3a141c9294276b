"""The form of the dialog that asks who one is: a passkey in place of the password."""

from typing import Any

import reflex as rx

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.features.passkeys.pages.passkey_button import Prompting, passkey_button, why_failed
from rxapp.auth.features.passkeys.rules.own_passkeys import POP
from rxapp.auth.features.passkeys.rules.use import confirmation_options
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style


class PasskeyConfirmState(Prompting, rx.State):
    """Checks the passkey that the dialog asked for."""

    @event
    async def begin(self) -> None:
        """When the dialog is shown, and when its challenge becomes too old."""
        client = (await self.get_state(AuthState))._client()
        self._offer(await in_thread(confirmation_options, get_service(), current_user(), client))

    @event(signs_in=True)
    async def answer(self, answer: str) -> Any:
        """Check the browser's answer, and run the event that waited."""
        confirmation = await self.get_state(ConfirmationState)
        confirmation.is_busy, confirmation.error, confirmation.wait = True, "", 0
        yield
        confirmation.is_busy = False
        try:
            await (await self.get_state(ConfirmState))._confirm(POP, self._take(answer))
        except FORM_ERRORS as error:
            confirmation.error, confirmation.wait = in_words(error), error.retry_after_seconds
            self._offer(await in_thread(confirmation_options, get_service(), current_user(), await self._client()))
        else:
            yield confirmation._close()

    @event
    async def fail(self, error_name: str) -> None:
        """Say why there was no answer."""
        confirmation = await self.get_state(ConfirmationState)
        confirmation.error, confirmation.wait = why_failed(error_name), 0

    async def _client(self) -> Any:
        return (await self.get_state(AuthState))._client()


def confirm_form() -> rx.Component:
    """The button, for people who have a passkey. Below the form of the password, which has the button that closes the dialog."""
    button = passkey_button(PasskeyConfirmState, is_busy=ConfirmationState.is_busy, class_name=style.SECONDARY)
    cancel = rx.el.button(site.texts.confirm.cancel, type="button", on_click=ConfirmationState.cancel, class_name=style.SECONDARY)
    methods: Any = ConfirmationState.methods
    return rx.el.div(
        rx.cond(methods.contains(PASSWORD), rx.el.span(site.texts.login.or_, class_name=style.SMALL), cancel),
        button,
        class_name="mt-4 flex flex-wrap items-center justify-end gap-3",
    )
