"""The notice that the browser cannot read its key now. The person stays logged in, and the page goes on by itself."""

import reflex as rx

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def key_notice() -> rx.Component:
    """Is part of every page, at the bottom. With its button, a person whose key never comes back can log in again."""
    texts = site.texts.notices
    words = rx.el.div(
        rx.el.p(texts.key_unreadable, class_name="grow"),
        rx.el.button(texts.log_in_again, type="button", on_click=AuthState.prove_key(""), class_name=style.SECONDARY),
        class_name="mx-auto flex max-w-xl items-center gap-4 shadow-lg " + style.NEUTRAL_NOTICE,
    )
    return rx.el.div(
        rx.cond(AuthState.is_key_unreadable, words), role="status", class_name="fixed inset-x-4 bottom-4 z-50 empty:hidden"
    )
