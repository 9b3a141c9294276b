"""The section of the account page in which a person confirms, changes and removes their address."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.settings.mail_settings import REQUIRED
from rxapp.auth.features.email.pages.mailed_code import CODE_FIELD, CodeForm, MailedCodeState
from rxapp.auth.features.email.rules import own_address
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.fields import about_no_field, beside, code_field, notices, section, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import sentence

ADDRESS_FIELD = "email"


class AddressForm(TypedDict):
    """The form's one field."""

    email: str


class OwnAddressState(MailedCodeState, rx.State):
    """The confirmed address, and the new one to which a code was sent."""

    address: str = ""
    asked: str = ""
    said: Said = Said()

    @event
    async def load(self) -> None:
        """When the section is shown."""
        self.is_busy = False
        if await is_new_visit(self):
            self._start_again()
            self.said = Said()
        await self._load()

    @event(fresh=True, strength="best", signs_in=True)
    async def ask(self, form: AddressForm) -> Any:
        """Send a code to a new address."""
        self._forget_answers()
        self.asked, self.said, client = text_in(form, ADDRESS_FIELD).strip(), Said(), (await self.get_state(AuthState))._client()
        asked = in_thread(own_address.begin, get_service(), current_user(), self.asked, client)
        return await self._ask(asked, focus=ADDRESS_FIELD)

    @event(signs_in=True)
    async def confirm(self, form: CodeForm) -> Any:
        """Confirm the address by the code."""
        self._forget_answers()
        client = (await self.get_state(AuthState))._client()
        mailed = MailedCode(proof_id=self._proof, code=text_in(form, CODE_FIELD))
        try:
            await in_thread(own_address.confirm, get_service(), current_user(), mailed, client)
        except FORM_ERRORS as error:
            return self._refuse(error, focus=CODE_FIELD)
        self._start_again()
        self.said = said(site.texts.email.confirmed)
        await self._load()
        return None

    @event
    async def cancel(self) -> None:
        """Show the first form again."""
        self._start_again()

    @event(fresh=True, strength="best")
    async def remove(self) -> None:
        """Remove the address."""
        self._start_again()
        try:
            await in_thread(own_address.remove, get_service(), current_user(), page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error, focus=ADDRESS_FIELD)
        else:
            self.said = said(site.texts.email.removed)
        await self._load()

    async def _load(self) -> None:
        self.address = await in_thread(own_address.address_of, get_service(), current_user().user_id)


def address_field(state: Any, *, label: str = "") -> rx.Component:
    """The field for an address."""
    return text_field(
        label or site.texts.email.address,
        ADDRESS_FIELD,
        type="email",
        auto_complete="email",
        required=True,
        max_length=254,
        error=beside(state, ADDRESS_FIELD),
    )


def address_section() -> rx.Component:
    """The section. It loads what it shows when it is shown."""
    texts, state = site.texts.email, OwnAddressState
    has_address = rx.el.p(
        *sentence(texts.has_address, address=rx.el.strong(state.address)), class_name=style.TEXT + " break-words"
    )
    return rx.el.div(
        section(
            texts.address,
            notices("", about_no_field(state), state.wait),
            rx.el.div(rx.cond(state.address, has_address, rx.el.p(texts.no_address, class_name=style.TEXT)), class_name="mb-4"),
            rx.cond(state.is_sent, _code_form(state), _address_form(state)),
        ),
        passing_notice(state.said),
        on_mount=state.load,
    )


def _address_form(state: Any) -> rx.Component:
    texts, is_removable = site.texts.email, get_service().settings.email_mode != REQUIRED
    removal = asking_button(texts.remove, question=texts.remove_question, why=texts.remove_why, on_confirm=state.remove)
    return rx.fragment(
        auth_form(
            address_field(state, label=texts.new_address),
            submit_button(texts.send, texts.sending, is_busy=state.is_busy, class_name=style.PRIMARY),
            on_submit=state.ask,
            is_busy=state.is_busy,
            key="address",
            class_name="max-w-sm",
        ),
        rx.cond(state.address, rx.el.div(removal, class_name="mt-4")) if is_removable else rx.fragment(),
    )


def _code_form(state: Any) -> rx.Component:
    texts = site.texts.email
    return auth_form(
        rx.el.p(*sentence(texts.confirm_sent, address=rx.el.strong(state.asked)), class_name=style.TEXT + " mb-4 break-words"),
        code_field(CODE_FIELD, beside(state, CODE_FIELD), label=site.texts.email.code),
        rx.el.div(
            submit_button(texts.confirm, texts.going_on, is_busy=state.is_busy, class_name=style.PRIMARY),
            rx.el.button(texts.cancel, type="button", on_click=state.cancel, class_name=style.SECONDARY),
            class_name="flex gap-3",
        ),
        on_submit=state.confirm,
        is_busy=state.is_busy,
        key="code",
        class_name="max-w-sm",
    )
