"""The notice of what has happened to the person's account elsewhere, on any page."""

from typing import Any

import reflex as rx

from rxapp.auth.web.auth_state.news import NewsState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def news_notice() -> rx.Component:
    """Is part of every page. It does not go away by itself: the page may be in the background, and this may be an attack."""
    sentences: Any = NewsState.sentences
    texts = site.texts.news
    words = rx.el.div(rx.el.p(texts.title), rx.foreach(sentences.values(), rx.el.p), rx.el.p(texts.not_you), class_name="grow")
    content = rx.el.div(
        words,
        rx.el.button(site.texts.notices.close, type="button", on_click=NewsState.dismiss, class_name=style.SECONDARY),
        class_name="pointer-events-auto mx-auto flex max-w-xl flex-wrap items-center justify-end gap-x-4 gap-y-2 shadow-lg "
        "sm:flex-nowrap " + style.NEUTRAL_NOTICE,
    )
    return rx.el.div(
        rx.cond(sentences.length() > 0, content),
        role="status",
        class_name="pointer-events-none fixed inset-x-4 bottom-4 z-50 empty:hidden",
    )
