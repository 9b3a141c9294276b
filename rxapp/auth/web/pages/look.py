"""How all ready-made pages fit into an app: what stands around them, and what stands in for them. `Slots` are for one page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_components_core.react_router import link

from rxapp.auth.web.pages import style
from rxapp.auth.web.placeholders import forbidden_view, waiting_view
from rxapp.auth.web.site import site
from rxapp.auth.web.state import AuthState


def plain_frame(*content: Any) -> rx.Component:
    """The way back to the app, the way out, and the margins."""
    texts = site.texts.notices
    return rx.el.div(
        rx.el.nav(
            link(texts.to_the_start, to=site.home_route, class_name=style.LINK),
            rx.el.button(texts.log_out, type="button", on_click=AuthState.log_out, class_name=style.SECONDARY),
            class_name="mx-auto flex max-w-4xl items-center justify-between gap-4 px-4 pt-6 sm:px-6",
        ),
        rx.el.main(*content, class_name="mx-auto max-w-4xl px-4 py-8 sm:px-6"),
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
