"""The forms that ask for a one-time code or for a recovery code: on the login page, and in the dialog of people logged in."""

from collections.abc import Callable
from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.features.totp.rules.factors import OTP, RECOVERY
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.confirm import code_form
from rxapp.auth.web.pages.parts.trust_device import trust_checkbox
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import beside, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in


class CodeForm(TypedDict):
    """The form's one field."""

    code: str


class SecondFactorState(rx.State):
    """Which of the two codes the form asks for."""

    is_recovery: bool = False

    @event(public=True, signs_in=True)
    async def submit(self, form: CodeForm) -> Any:
        """Log in with the code."""
        login = await self.get_state(LoginState)
        login.is_busy, login.error, login.wrong, login.wait = True, "", "", 0
        yield
        method = RECOVERY if self.is_recovery else OTP
        yield await login._complete({METHOD: method, CODE: text_in(form, "code")}, focus="code")
        self.is_recovery = self.is_recovery and bool(login.stage)

    @event(public=True)
    async def switch(self) -> Any:
        """Ask for the other code."""
        login = await self.get_state(LoginState)
        login.error, login.wrong, login.wait = "", "", 0
        self.is_recovery = not self.is_recovery
        return rx.set_focus("code")

    @event(public=True)
    async def start_again(self) -> None:
        """Leave the stage, and show the first form again."""
        self.is_recovery = False
        (await self.get_state(LoginState)).start_again()


def second_factor_form() -> rx.Component:
    """The form, a button for the other code, and one that leads back."""
    texts, state, error = site.texts.second_factor, SecondFactorState, beside(LoginState, "code")
    other = rx.el.button(
        rx.cond(state.is_recovery, texts.use_app, texts.use_recovery), type="button", on_click=state.switch, class_name=style.LINK
    )
    methods: Any = LoginState.methods
    return rx.fragment(
        rx.el.h2(texts.title, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(rx.cond(state.is_recovery, texts.why_recovery, texts.why), class_name=style.TEXT + " mb-4"),
        auth_form(
            rx.cond(state.is_recovery, _recovery_field("code", error), _code_field("code", error)),
            trust_checkbox(),
            submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT),
            on_submit=state.submit,
            is_busy=LoginState.is_busy,
        ),
        rx.el.div(
            rx.cond(methods.contains(RECOVERY), other),
            rx.el.button(texts.back, type="button", on_click=state.start_again, class_name=style.LINK),
            class_name="mt-6 flex flex-col items-start gap-3",
        ),
    )


def step_up_forms() -> dict[str, Callable[[], rx.Component]]:
    """The same two for the dialog."""
    return {
        OTP: lambda: code_form(_code_field("confirmation_code")),
        RECOVERY: lambda: code_form(_recovery_field("confirmation_code")),
    }


def _code_field(name: str, error: Any = None) -> rx.Component:
    """Phones offer the code above the keyboard, and show digits. A password manager fills it in."""
    return text_field(
        site.texts.second_factor.code,
        name,
        key="code",
        auto_complete="one-time-code",
        input_mode="numeric",
        pattern="[0-9 ]{6,9}",
        max_length=9,
        required=True,
        auto_focus=True,
        error=error,
    )


def _recovery_field(name: str, error: Any = None) -> rx.Component:
    return text_field(
        site.texts.second_factor.recovery_code,
        name,
        key="recovery",
        auto_complete="off",
        auto_capitalize="none",
        spell_check=False,
        max_length=64,
        required=True,
        auto_focus=True,
        error=error,
    )
