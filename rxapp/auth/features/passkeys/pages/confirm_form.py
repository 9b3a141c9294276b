"""The forms of the dialog that asks who one is: a passkey in place of the password, and as the second factor."""

from typing import Any, ClassVar

import reflex as rx

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.passkeys.pages.passkey_button import Prompting, passkey_button, why_failed
from rxapp.auth.features.passkeys.rules.ceremonies import is_installed
from rxapp.auth.features.passkeys.rules.own_passkeys import POP
from rxapp.auth.features.passkeys.rules.use import confirmation_options, second_factor_options
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


class DialogPrompting(Prompting, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of both states of the dialog. `_options` asks for a proof."""

    _is_factor: ClassVar[bool]

    @event
    async def begin(self) -> None:
        """When the dialog is shown, and when its challenge becomes too old."""
        await self._renew()

    @event(signs_in=True)
    async def answer(self, answer: str) -> Any:
        """Check the browser's answer, and run the event that waited."""
        dialog = await self.get_state(ConfirmState)
        async for update in dialog._confirm(POP, lambda: self._take(answer), is_factor=self._is_factor):
            yield update
        if (await self.get_state(ConfirmationState)).error:
            await self._renew()

    @event
    async def fail(self, error_name: str) -> None:
        """Say why there was no answer."""
        confirmation = await self.get_state(ConfirmationState)
        confirmation.error, confirmation.wait = why_failed(error_name), 0

    async def _renew(self) -> None:
        client = (await self.get_state(AuthState))._client()
        self._offer(await in_thread(self._options, get_service(), current_user(), client))

    def _options(self, service: AuthService, identity: Identity, client: Client) -> dict[str, Any]:
        raise NotImplementedError


class PasskeyConfirmState(DialogPrompting, rx.State):
    """A passkey in place of the password."""

    _is_factor = False

    def _options(self, service: AuthService, identity: Identity, client: Client) -> dict[str, Any]:
        return confirmation_options(service, identity, client)


class PasskeyStepUpState(DialogPrompting, rx.State):
    """A passkey as the second factor."""

    _is_factor = True

    def _options(self, service: AuthService, identity: Identity, client: Client) -> dict[str, Any]:
        return second_factor_options(service, identity.user_id, client)


def confirm_form() -> rx.Component:
    """The button, for people who have a passkey. Below the form of the password, if they have one."""
    button = passkey_button(PasskeyConfirmState, is_busy=ConfirmationState.is_busy, class_name=style.SECONDARY)
    methods: Any = ConfirmationState.methods
    return rx.el.div(
        rx.cond(methods.contains(PASSWORD), rx.el.span(site.texts.login.or_, class_name=style.SMALL)),
        button,
        class_name="mt-4 flex flex-wrap items-center justify-end gap-3",
    )


def step_up_form() -> rx.Component:
    """The form for whoever has been asked for a second factor. Without the extra it says that it cannot be checked."""
    cancel = rx.el.button(site.texts.confirm.cancel, type="button", on_click=ConfirmationState.cancel, class_name=style.SECONDARY)
    if not is_installed():
        return rx.fragment(rx.el.p(site.texts.refusals.passkeys_unavailable, class_name=style.ALARM_NOTICE + " mb-4"), cancel)
    button = passkey_button(PasskeyStepUpState, is_busy=ConfirmationState.is_busy, auto_focus=True, class_name=style.PRIMARY)
    return rx.el.div(cancel, button, class_name="flex flex-wrap items-center justify-end gap-3")
