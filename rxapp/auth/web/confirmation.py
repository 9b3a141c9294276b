"""Asking a signed-in person for their password again, and then going on with what they were about to do (ASVS 7.5.3)."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.errors import AuthError, WrongPassword
from rxapp.auth.web.forms import text_in
from rxapp.auth.web.policy import for_any_user, public
from rxapp.auth.web.runtime import get_service, in_hashing_thread
from rxapp.auth.web.senders import page_client
from rxapp.auth.web.state import AuthState


class ConfirmationForm(TypedDict):
    """The form's one field."""

    confirmation: str


class ConfirmationState(rx.State):
    """Whether the page asks for the password, and the event that waits for it."""

    is_open: bool = False
    is_busy: bool = False
    error: str = ""

    _interrupted: rx.event.Event | None = None

    @rx.event
    @public
    async def cancel(self) -> None:
        """Go back to the page as it was; the event that waited does not happen."""
        self.is_open, self.error, self._interrupted = False, "", None

    @rx.event
    @for_any_user
    async def submit(self, form: ConfirmationForm) -> Any:
        """Check the password and let the event that waited happen now.

        It verifies who is there by itself: the guards build on this state and cannot guard it.
        """
        self.is_busy, self.error = True, ""
        yield
        self.is_busy = False
        auth = await self.get_state(AuthState)
        try:
            identity = await auth._authenticate()
            password = text_in(form, "confirmation")
            await in_hashing_thread(get_service().accounts.confirm_password, identity, password, page_client(self))
        except WrongPassword as error:
            self.error = error.message
            yield rx.set_focus("confirmation")
        except AuthError as error:
            yield auth._leave(error)
        else:
            yield self._interrupted
            self.is_open, self._interrupted = False, None

    def _ask(self, interrupted: rx.event.Event) -> None:
        self.is_open, self.is_busy, self.error, self._interrupted = True, False, "", interrupted
