"""Forgotten passwords, and codes to log in with: a page for each, with a form that asks for a message and one for its code."""

from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.email.pages.mailed_code import CODE_FIELD, CodeForm, MailedCodeState
from rxapp.auth.features.email.pages.routes import CODE_LOGIN, FORGOTTEN
from rxapp.auth.features.email.rules import recovery
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.leaving import kept_during_login
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.onward import go_on
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.onward_link import onward_link
from rxapp.auth.web.ui.fields import about_no_field, beside, code_field, form_page, notices, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in
from rxapp.auth.web.ui.slots import Slots, extra_in

WHO_FIELD = "who"


class WhoForm(TypedDict):
    """A user name or an address."""

    who: str


class AskingState(MailedCodeState, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of the states of both pages."""

    @event(public=True)
    async def prepare(self) -> None:
        """On load: the first form, unless the connection was lost."""
        self.is_busy = False
        if await is_new_visit(self):
            self._start_again()

    @event(public=True, signs_in=True)
    async def ask(self, form: WhoForm) -> Any:
        """Ask for a message. The browser has proved its key, so that its code is good here only."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        client = (await self.get_state(AuthState))._client()
        ask = recovery.ask_for_reset if isinstance(self, ForgottenState) else recovery.ask_for_code
        yield await self._ask(in_thread(ask, get_service(), text_in(form, WHO_FIELD)[:320], client), focus=WHO_FIELD)
        await self._keep_while_away()

    @event(public=True, signs_in=True)
    async def use(self, form: CodeForm) -> Any:
        """Go on with the code."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        auth = await self.get_state(AuthState)
        client, mailed = auth._client(), {"proof_id": self._proof, "code": text_in(form, CODE_FIELD)}
        try:
            logged_in = await in_thread(recovery.log_in, get_service(), client, **mailed)
            await get_hooks().logged_in(logged_in.pair, client)
            await auth._begin(logged_in.pair)
        except LoginIncomplete as incomplete:
            yield await (await self.get_state(LoginState))._hand_over(incomplete)
        except FORM_ERRORS as error:
            yield self._refuse(error, focus=CODE_FIELD)
        else:
            yield go_on(self)

    @event(public=True)
    async def start_again(self) -> None:
        """Show the first form again."""
        self._start_again()


@kept_during_login
class ForgottenState(AskingState, rx.State):
    """The page for a forgotten password."""


@kept_during_login
class CodeLoginState(AskingState, rx.State):
    """The page to log in with a mailed code."""


def forgotten_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `ForgottenState.prepare` on load."""
    return _page(ForgottenState, site.texts.email.forgot_title, site.texts.email.forgot_why, slots)


def code_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `CodeLoginState.prepare` on load."""
    return _page(CodeLoginState, site.texts.email.code_title, site.texts.email.code_why, slots)


def _page(state: Any, title: str, why: str, slots: Slots) -> rx.Component:
    to_login = onward_link(site.texts.email.to_login, to=site.login_route, class_name=style.LINK)
    return form_page(
        title,
        notices("", about_no_field(state), state.wait),
        rx.cond(state.is_sent, _code_form(state), _who_form(state, why)),
        extra_in(slots),
        rx.el.p(to_login, class_name=style.SMALL + " mt-6"),
        **slots,
    )


def _who_form(state: Any, why: str) -> rx.Component:
    texts = site.texts.email
    return auth_form(
        rx.el.p(why, class_name=style.TEXT + " mb-4"),
        text_field(
            texts.who,
            WHO_FIELD,
            auto_complete="username",
            auto_capitalize="none",
            spell_check=False,
            auto_focus=True,
            required=True,
            max_length=320,
        ),
        submit_button(texts.send, texts.sending, is_busy=state.is_busy, class_name=style.SUBMIT),
        on_submit=state.ask,
        is_busy=state.is_busy,
        key="who",
    )


def _code_form(state: Any) -> rx.Component:
    texts = site.texts.email
    return rx.fragment(
        rx.el.h2(texts.sent_title, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(texts.sent, role="status", class_name=style.TEXT + " mb-4"),
        auth_form(
            code_field(CODE_FIELD, beside(state, CODE_FIELD), label=site.texts.email.code),
            submit_button(texts.go_on, texts.going_on, is_busy=state.is_busy, class_name=style.SUBMIT),
            on_submit=state.use,
            is_busy=state.is_busy,
            key="code",
        ),
        rx.el.button(texts.again, type="button", on_click=state.start_again, class_name=style.LINK + " mt-6"),
    )


def forgotten_link() -> rx.Component:
    """The link below the password."""
    return rx.el.p(
        onward_link(site.texts.email.forgot, to=FORGOTTEN, class_name=style.LINK), class_name=style.SMALL + " -mt-2 text-right"
    )


def code_button() -> rx.Component:
    """The link to the page of codes, among the other ways to log in."""
    return onward_link(site.texts.email.code_instead, to=CODE_LOGIN, class_name=style.SECONDARY + " w-full")
