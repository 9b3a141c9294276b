"""The form of the login page in which a person who must have an address gives one, and types the code that was sent there."""

from typing import Any

import reflex as rx

from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.features.email.pages.mailed_code import CODE_FIELD, CodeForm, MailedCodeState
from rxapp.auth.features.email.pages.own_address import ADDRESS_FIELD, AddressForm, address_field
from rxapp.auth.features.email.rules import own_address
from rxapp.auth.features.email.rules.stage import CODE, PROOF
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import about_no_field, beside, code_field, notices
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.interpolation import sentence


@kept_during_login
class EmailStageState(MailedCodeState, rx.State):
    """The address to which the code was sent."""

    address: str = ""

    @event(public=True)
    async def prepare(self) -> None:
        """When the form is shown, and after a lost connection."""
        self.is_busy = False

    @event(public=True, signs_in=True)
    async def ask(self, form: AddressForm) -> Any:
        """Send a code to the address."""
        login, client = await self.get_state(LoginState), (await self.get_state(AuthState))._client()
        self._forget_answers()
        self.address = text_in(form, ADDRESS_FIELD).strip()
        begin = own_address.begin_in_login
        try:
            return await self._ask(in_thread(begin, get_service(), login._pending, self.address, client), focus=ADDRESS_FIELD)
        except PendingLoginEnded as error:
            await self._leave(login)
            login.error = in_words(error)
            return None

    @event(public=True, signs_in=True)
    async def use(self, form: CodeForm) -> Any:
        """Go on with the code."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait = True, "", "", 0
        yield
        yield await login._complete({PROOF: self._proof, CODE: text_in(form, CODE_FIELD)}, focus=CODE_FIELD)
        if not login._pending:
            self._start_again()

    @event(public=True)
    async def another(self) -> None:
        """Show the first form again."""
        self._start_again()

    @event(public=True)
    async def leave(self) -> None:
        """Leave the stage."""
        await self._leave(await self.get_state(LoginState))

    async def _leave(self, login: LoginState) -> None:
        self._start_again()
        await login.start_again()


def stage_form() -> rx.Component:
    """The form for the address, and then the one for the code."""
    texts, state = site.texts.email, EmailStageState
    first = auth_form(
        rx.el.p(texts.stage_why, class_name=style.TEXT + " mb-4"),
        address_field(state),
        submit_button(texts.send, texts.sending, is_busy=state.is_busy, class_name=style.SUBMIT),
        on_submit=state.ask,
        is_busy=state.is_busy,
        key="address",
    )
    second = rx.fragment(
        rx.el.p(*sentence(texts.confirm_sent, address=rx.el.strong(state.address)), class_name=style.TEXT + " mb-4 break-words"),
        auth_form(
            code_field(CODE_FIELD, beside(LoginState, CODE_FIELD), label=site.texts.email.code),
            submit_button(texts.confirm, texts.going_on, is_busy=LoginState.is_busy, class_name=style.SUBMIT),
            on_submit=state.use,
            is_busy=LoginState.is_busy,
            key="code",
        ),
        rx.el.button(texts.again, type="button", on_click=state.another, class_name=style.LINK + " mt-4"),
    )
    return rx.el.div(
        rx.el.h2(texts.address, class_name=style.SUBHEADING + " mb-2"),
        notices("", about_no_field(state), state.wait),
        rx.cond(state.is_sent, second, first),
        rx.el.button(site.texts.new_password.back, type="button", on_click=state.leave, class_name=style.LINK + " mt-6 block"),
        on_mount=state.prepare,
    )
