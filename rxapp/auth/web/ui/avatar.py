"""The initials of a person in a circle."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui import style

AVATAR = style.themed("inline-flex shrink-0 items-center justify-center rounded-full font-semibold select-none ")
_QUIET = AVATAR + style.themed("bg-@soft text-@link ring-1 ring-@soft-line ")


def avatar(name: Any, *, size: str = "size-9 text-sm") -> rx.Component:
    """The circle, for the eye alone: the name stands beside it."""
    return rx.el.span(initials(name), aria_hidden="true", class_name=_QUIET + size)


def initials(name: Any) -> rx.Var[str]:
    """Of the first two words of the name."""
    words = "trim().split(/\\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase()"
    return rx.Var(f"({name}.{words})").to(str)
