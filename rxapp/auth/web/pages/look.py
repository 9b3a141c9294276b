"""How all ready-made pages fit into an app: what stands around them, and what stands in for them. `Slots` are for one page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.web.placeholders import forbidden_view, waiting_view


def plain_frame(*content: Any) -> rx.Component:
    """Nothing around a page but its margins."""
    return rx.el.div(
        rx.el.main(*content, class_name="mx-auto max-w-4xl px-4 py-10 sm:px-6"),
        class_name="min-h-screen bg-slate-50 dark:bg-slate-950",
    )


@dataclass(frozen=True, slots=True)
class Look:
    """`frame` takes a page's content and puts the app's own bar and margins around it; `logo` stands above the forms.

    `waiting` is shown until it is known who is there, `forbidden` to those who may not see a page.
    """

    frame: Callable[..., rx.Component] = plain_frame
    logo: Callable[[], rx.Component] = rx.fragment
    waiting: Callable[[], rx.Component] = waiting_view
    forbidden: Callable[[], rx.Component] = forbidden_view
