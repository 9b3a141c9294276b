"""The dialog that asks for the password again or for a second factor, on any page."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import leave_replaced_session
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.modal import modal
from rxapp.auth.web.ui.fields import notices, password_field
from rxapp.auth.web.ui.forms import auth_form, dialog_buttons, text_in


class ConfirmForm(TypedDict):
    """The form's one field."""

    confirmation: str


CODE_FIELD = "confirmation_code"


class CodeForm(TypedDict):
    """The form's one field."""

    confirmation_code: str


class ConfirmState(rx.State):
    """Checks what the dialog asked for."""

    @event(signs_in=True)
    async def submit(self, form: ConfirmForm) -> Any:
        """Check the password."""
        async for update in self._confirm(PASSWORD, lambda: text_in(form, "confirmation"), focus="confirmation"):
            yield update

    @event(signs_in=True)
    async def submit_code(self, form: CodeForm) -> Any:
        """Check the code of the second factor that the dialog shows."""
        method = (await self.get_state(ConfirmationState)).method
        async for update in self._confirm(method, lambda: text_in(form, CODE_FIELD), is_factor=True, focus=CODE_FIELD):
            yield update

    async def _confirm(
        self, method: str, answer: Callable[[], str], *, is_factor: bool = False, focus: str = ""
    ) -> AsyncGenerator[Any]:
        """Check an answer, replace the session by a new one if it may have been copied, and run the event that waited.

        The forms of features use this too. `answer` may raise the errors of a form. After an error, `focus` names the field.
        """
        auth, confirmation = await self.get_state(AuthState), await self.get_state(ConfirmationState)
        confirmation.is_busy, confirmation.error, confirmation.wait = True, "", 0
        yield
        confirmation.is_busy = False
        service = get_service().confirmation
        confirm = service.confirm_second_factor if is_factor else service.confirm
        reason = RevocationReason.SECOND_FACTOR_CONFIRMED if is_factor else RevocationReason.PASSWORD_CONFIRMED
        try:
            confirmed = await in_hashing_thread(confirm, current_user(), method, answer(), auth._client())
        except FORM_ERRORS as error:
            confirmation.error, confirmation.wait = in_words(error), error.retry_after_seconds
            yield rx.set_focus(focus) if focus else None
            return
        if confirmed is not None:
            leave_replaced_session(confirmed.replaced, reason)
            auth._go_on_with(confirmed)
        yield confirmation._close()


def confirm_dialog() -> rx.Component:
    """Is part of every page. It opens when a handler asks for more than the session has: a newer proof, or a second factor."""
    texts, wants_factor = site.texts.confirm, ConfirmationState.wants_factor
    return modal(
        rx.el.h2(rx.cond(wants_factor, texts.factor_title, texts.title), class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(rx.cond(wants_factor, texts.factor_why, texts.why), class_name=style.SMALL + " mb-4"),
        notices(rx.Var.create(""), ConfirmationState.error, ConfirmationState.wait),
        rx.cond(wants_factor, _factor_forms(), rx.fragment(*_proof_forms())),
        is_open=ConfirmationState.is_open,
        label=texts.label,
        on_close=ConfirmationState.cancel,
        class_name=style.DIALOG,
    )


def _proof_forms() -> list[rx.Component]:
    """The form of the password and the forms of features. If there are several, only those that the person can use are shown.

    The form of the password has a button that closes the dialog. Without it, the button is at the end.
    """
    forms = {PASSWORD: _password_form, **places.proof_forms}
    if len(forms) == 1:
        return [_password_form()]
    methods: Any = ConfirmationState.methods
    cancel = rx.el.button(site.texts.confirm.cancel, type="button", on_click=ConfirmationState.cancel, class_name=style.SECONDARY)
    return [
        *(rx.cond(methods.contains(method), view(), rx.fragment()) for method, view in forms.items()),
        rx.cond(methods.contains(PASSWORD), rx.fragment(), rx.el.div(cancel, class_name="mt-4 flex justify-end")),
    ]


def _factor_forms() -> rx.Component:
    """The form of the second factor that is asked for, and a button for each other one that the person can give."""
    methods: Any = ConfirmationState.methods
    forms = [(method, form.step_up()) for method, form in places.factor_forms.items()]
    others = [
        rx.cond(
            methods.contains(method) & (ConfirmationState.method != method),
            rx.el.button(form.switch(), type="button", on_click=ConfirmationState.choose(method), class_name=style.LINK),
        )
        for method, form in places.factor_forms.items()
    ]
    return rx.fragment(
        rx.match(ConfirmationState.method, *forms, _no_factor()) if forms else _no_factor(),
        rx.el.div(*others, class_name="mt-4 flex flex-col items-start gap-3 empty:hidden"),
    )


def _no_factor() -> rx.Component:
    texts = site.texts.confirm
    add = link(texts.factor_add, to=places.factors_route, class_name=style.PRIMARY) if places.factors_route else rx.fragment()
    return rx.fragment(
        rx.el.p(texts.factor_missing, class_name=style.TEXT + " mb-6"),
        rx.el.div(
            rx.el.button(texts.cancel, type="button", on_click=ConfirmationState.cancel, class_name=style.SECONDARY),
            add,
            class_name="flex justify-end gap-3",
        ),
    )


def code_dialog_form(field: rx.Component) -> rx.Component:
    """The form of a second factor that is a code. Its field is named `CODE_FIELD`."""
    texts = site.texts.confirm
    return auth_form(
        field,
        dialog_buttons(texts.submit, texts.busy, is_busy=ConfirmationState.is_busy, on_cancel=ConfirmationState.cancel),
        on_submit=ConfirmState.submit_code,
        is_busy=ConfirmationState.is_busy,
    )


def _password_form() -> rx.Component:
    texts = site.texts.confirm
    return auth_form(
        password_field(texts.password, "confirmation", auto_complete="current-password", auto_focus=True),
        dialog_buttons(texts.submit, texts.busy, is_busy=ConfirmationState.is_busy, on_cancel=ConfirmationState.cancel),
        on_submit=ConfirmState.submit,
        is_busy=ConfirmationState.is_busy,
    )
