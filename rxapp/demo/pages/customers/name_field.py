"""The field for a customer's name, with its error next to it."""

from typing import Any

import reflex as rx

from rxapp.auth.web import style
from rxapp.demo.customers import NAME_MAXIMUM_LENGTH

FIELD = style.FIELD + style.themed(" min-w-0 aria-invalid:border-@danger aria-invalid:focus:outline-@danger")
ERROR = "mt-1.5 text-sm " + style.FAILED


def name_input(input_id: str, error: rx.Var[str], **props: Any) -> rx.Component:
    """The input. `name_error` with the same id shows the text of `error`."""
    return rx.el.input(
        id=input_id,
        name="name",
        type="text",
        auto_complete="off",
        required=True,
        max_length=NAME_MAXIMUM_LENGTH,
        aria_invalid=rx.cond(error, "true", "false"),
        aria_describedby=_error_id(input_id),
        class_name=FIELD,
        **props,
    )


def name_error(input_id: str, error: rx.Var[str]) -> rx.Component:
    """A live region. It is in the page from the start, because screen readers ignore a region added with its text."""
    return rx.el.div(rx.cond(error, rx.el.p(error, class_name=ERROR)), id=_error_id(input_id), role="alert")


def _error_id(input_id: str) -> str:
    return f"{input_id}_error"
