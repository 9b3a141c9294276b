"""A notice of what was just done, on the screen wherever the person has scrolled to. It goes away by itself."""

import secrets
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.component_base import OwnComponent
from rxapp.auth.web.ui.components.icon import icon


@dataclass
class Said:
    """A text that a handler has said. The number differs each time, so that a page shows the same text again."""

    text: str = ""
    number: int = 0


def said(text: str) -> Said:
    """The value for a state's var that `passing_notice` shows."""
    return Said(text, secrets.randbits(32))


class PassingNotice(OwnComponent):
    """`close` is the label of its button, and its child the button's content."""

    tag = "PassingNotice"

    text: rx.Var[str]
    number: rx.Var[int]
    close: rx.Var[str]
    region_class: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("passing_notice.js", shared=True).importable_path


def passing_notice(what: Any) -> rx.Component:
    """The notice for a var of `Said`."""
    return PassingNotice.create(
        icon(name="close", class_name="size-4"),
        text=what.text,
        number=what.number,
        close=site.texts.notices.close,
        region_class="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex justify-center p-4",
        class_name="pointer-events-auto flex max-w-md items-center gap-3 shadow-lg " + style.SUCCESS_NOTICE,
    )
