"""The notice of what has happened to the person's account elsewhere, on any page."""

from typing import Any

import reflex as rx

from rxapp.auth.web.auth_state.news import NewsState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def news_notice() -> rx.Component:
    """Is part of every page. It does not go away by itself: the page may be in the background, and this may be an attack."""
    sentences: Any = NewsState.sentences
    content = rx.el.div(
        rx.el.div(rx.foreach(sentences, rx.el.p), class_name="grow"),
        rx.el.button(site.texts.notices.close, type="button", on_click=NewsState.dismiss, class_name=style.SECONDARY),
        class_name="mx-auto flex max-w-xl items-center gap-4 shadow-lg " + style.NEUTRAL_NOTICE,
    )
    return rx.el.div(
        rx.cond(sentences.length() > 0, content),
        role="status",
        class_name="fixed inset-x-4 top-4 z-50 empty:hidden",
    )
