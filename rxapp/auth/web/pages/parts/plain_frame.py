"""The default frame of the ready-made pages, for an app without a frame of its own."""

from typing import Any

import reflex as rx

from rxapp.auth.web.pages.parts.user_button import user_button
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def plain_frame(*content: Any) -> rx.Component:
    """A link back to the app, the button that shows who is there, and margins around the content."""
    texts = site.texts.notices
    return rx.el.div(
        rx.el.nav(
            link(texts.to_the_start, to=site.home_route, class_name=style.LINK),
            user_button(),
            class_name="mx-auto flex max-w-4xl items-center justify-between gap-4 px-4 pt-6 sm:px-6",
        ),
        rx.el.main(*content, class_name="mx-auto max-w-4xl px-4 py-8 sm:px-6"),
        class_name=style.PAGE,
    )
