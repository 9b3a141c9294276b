"""Forms that work before the page's scripts have loaded, and that never put a password into a URL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import reflex as rx

from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.inline_script import InlineScript


def forms_script() -> rx.Component:
    """The script of all forms, for the head of every page."""
    return InlineScript.of(Path(__file__).with_name("forms.js"))


def text_in(form: Mapping[str, Any], name: str) -> str:
    """The text in the field. An event sent by hand may hold anything or nothing: that counts as empty."""
    value = form.get(name) if isinstance(form, Mapping) else None
    return value if isinstance(value, str) else ""


def auth_form(*children: Any, on_submit: Any, is_busy: rx.Var[bool] | bool, **props: Any) -> rx.Component:
    """A form with the script `forms.js`. Its submit button is disabled while the form is invalid or busy.

    Our own code always sends the form, but it has a method all the same: if all scripts failed, the browser would send a form
    without a method by GET, with the password in the URL.
    """
    return rx.el.form(
        *children,
        on_submit=on_submit,
        on_mount=rx.run_script("window.authFormReady()"),
        method="post",
        aria_busy=rx.cond(is_busy, "true", "false"),
        custom_attrs={"data-auth-form": ""},
        **props,
    )


def submit_button(label: str, busy_label: str, *, is_busy: rx.Var[bool] | bool, **props: Any) -> rx.Component:
    """A submit button. It is disabled in the built page, and `forms.js` enables it as soon as the form is valid."""
    return rx.el.button(rx.cond(is_busy, busy_label, label), type="submit", disabled=True, **props)


def dialog_buttons(label: str, busy_label: str, *, is_busy: rx.Var[bool] | bool, on_cancel: Any) -> rx.Component:
    """The end of a form in a dialog: a button that closes it, and one that sends the form."""
    return rx.el.div(
        rx.el.button(site.texts.confirm.cancel, type="button", on_click=on_cancel, class_name=style.SECONDARY),
        submit_button(label, busy_label, is_busy=is_busy, class_name=style.PRIMARY),
        class_name="flex justify-end gap-3",
    )


def show_password_button(input_id: str, **props: Any) -> rx.Component:
    """A toggle that shows the password in the input with that id."""
    texts = site.texts.password
    return rx.el.button(
        texts.show,
        type="button",
        aria_label=texts.show_label,
        aria_controls=input_id,
        aria_pressed="false",
        custom_attrs={"data-shows-password": ""},
        **props,
    )
