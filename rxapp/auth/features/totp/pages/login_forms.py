"""The forms that ask for a one-time code and for a recovery code: at login, and in the dialog of somebody who is logged in."""

from typing import Any, TypedDict

import reflex as rx

from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.confirm import CODE_FIELD, code_dialog_form
from rxapp.auth.web.pages.parts.trust_device import trust_checkbox
from rxapp.auth.web.pages.second_factor import SecondFactorState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import beside, code_field, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button, text_in


class CodeForm(TypedDict):
    """The form's one field."""

    code: str


class CodeState(rx.State):
    """Gives the code of the form that is shown."""

    @event(public=True, signs_in=True)
    async def submit(self, form: CodeForm) -> Any:
        """Log in with the code."""
        login, factor = await self.get_state(LoginState), await self.get_state(SecondFactorState)
        login.is_busy, login.error, login.wrong, login.wait = True, "", "", 0
        yield
        method = factor._shown(login.methods)
        yield await login._complete({METHOD: method, CODE: text_in(form, "code")}, focus="code")
        factor.method = factor.method if login.stage else ""


def code_form() -> rx.Component:
    """The form of the login page for the code of an app."""
    return _form(site.texts.second_factor.why, code_field("code", beside(LoginState, "code")), key="code")


def recovery_form() -> rx.Component:
    """The form for one of the codes that the person has stored."""
    return _form(site.texts.second_factor.why_recovery, recovery_field("code", beside(LoginState, "code")), key="recovery")


def code_step_up() -> rx.Component:
    """The same for the dialog of somebody who is logged in."""
    return code_dialog_form(code_field(CODE_FIELD))


def recovery_step_up() -> rx.Component:
    """The same for a recovery code."""
    return code_dialog_form(recovery_field(CODE_FIELD))


def recovery_field(name: str, error: Any = None) -> rx.Component:
    """For a code that somebody has written down."""
    return text_field(
        site.texts.second_factor.recovery_code,
        name,
        auto_complete="off",
        auto_capitalize="none",
        spell_check=False,
        max_length=64,
        required=True,
        auto_focus=True,
        error=error,
    )


def _form(why: str, field: rx.Component, *, key: str) -> rx.Component:
    """With a `key`, so that what was typed into one form is not in the other."""
    texts = site.texts.second_factor
    return rx.fragment(
        rx.el.p(why, class_name=style.TEXT + " mb-4"),
        auth_form(
            field,
            trust_checkbox(),
            submit_button(texts.submit, texts.busy, is_busy=LoginState.is_busy, class_name=style.SUBMIT),
            on_submit=CodeState.submit,
            is_busy=LoginState.is_busy,
        ),
        key=key,
    )
