"""What each form has that asks for a message and then for its code."""

from collections.abc import Awaitable
from typing import Any, TypedDict
from uuid import UUID

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.site.wording import in_words

CODE_FIELD = "code"


class CodeForm(TypedDict):
    """The form's one field."""

    code: str


class MailedCodeState(rx.State, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of a state. `is_sent`: a message was asked for, and the field for its code is shown."""

    is_sent: bool = False
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False

    _proof: str = ""

    def _forget_answers(self) -> None:
        self.error, self.wrong, self.wait = "", "", 0

    def _start_again(self) -> None:
        self._forget_answers()
        self.is_sent, self._proof, self.is_busy = False, "", False

    def _refuse(self, error: AuthError | DatabaseUnavailable, *, focus: str) -> Any:
        """Show the error, and the first form if no code can be right any more. Returns the event that moves the focus."""
        if isinstance(error, MailedProofEnded):
            self._start_again()
        self.error, self.wrong, self.wait = in_words(error), wrong_field(error), error.retry_after_seconds
        return rx.set_focus(self.wrong or focus)

    async def _ask(self, asked: Awaitable[UUID], *, focus: str) -> Any:
        """Ask for a message. What is shown does not say whether there is such an account."""
        try:
            self._proof = str(await asked)
        except FORM_ERRORS as error:
            return self._refuse(error, focus=focus)
        self.is_sent = True
        return rx.set_focus(CODE_FIELD)

    async def _keep_while_away(self) -> None:
        """Keep the form if the connection is lost: a phone loses it while its person reads the mail.

        Only for a browser whose key the proof is bound to.
        """
        auth = await self.get_state(AuthState)
        auth._has_login_under_way = auth._client().device_key is not None
