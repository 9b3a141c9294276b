"""The form of the dialog that asks who one is: a mailed code in place of the password."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.features.email.rules.recovery import EMAIL
from rxapp.auth.features.email.rules.step_up import ask_for_step_up
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import code_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in

FIELD = "confirmation_mail_code"


class ConfirmByMailForm(TypedDict):
    """The form's one field."""

    confirmation_mail_code: str


class EmailConfirmState(rx.State):
    """Whether a code was sent in this dialog."""

    is_sent: bool = False

    _proof: str = ""

    @event
    async def prepare(self) -> None:
        """When the form is shown."""
        self.is_sent, self._proof = False, ""

    @event(signs_in=True)
    async def ask(self) -> Any:
        """Send a code."""
        confirmation, client = await self.get_state(ConfirmationState), (await self.get_state(AuthState))._client()
        confirmation.error, confirmation.wait = "", 0
        try:
            self._proof = str(await in_thread(ask_for_step_up, get_service(), current_user(), client))
        except FORM_ERRORS as error:
            confirmation.error, confirmation.wait = in_words(error), error.retry_after_seconds
            return None
        self.is_sent = True
        return rx.set_focus(FIELD)

    @event(signs_in=True)
    async def answer(self, form: ConfirmByMailForm) -> Any:
        """Check the code, and run the event that waited."""
        dialog, proof = await self.get_state(ConfirmState), self._proof
        async for update in dialog._confirm(EMAIL, lambda: f"{proof} {text_in(form, FIELD)}", focus=FIELD):
            yield update


def confirm_form() -> rx.Component:
    """A button that sends a code, and then the field for it. Below the form of the password, if the person has one."""
    texts, state = site.texts.email, EmailConfirmState
    button = rx.el.button(texts.confirm_by_code, type="button", on_click=state.ask, class_name=style.SECONDARY)
    form = auth_form(
        code_field(FIELD, label=site.texts.email.code),
        submit_button(texts.confirm_with_code, texts.going_on, is_busy=ConfirmationState.is_busy, class_name=style.PRIMARY),
        on_submit=state.answer,
        is_busy=ConfirmationState.is_busy,
    )
    return rx.el.div(rx.cond(state.is_sent, form, button), on_mount=state.prepare, class_name="mt-4 space-y-3")
