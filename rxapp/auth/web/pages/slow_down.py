"""What is shown to somebody whose session rotates too often: they stay signed in, and the page goes on by itself."""

import reflex as rx

from rxapp.auth.web.components import countdown
from rxapp.auth.web.pages import style
from rxapp.auth.web.state import AuthState


def slow_down_notice() -> rx.Component:
    """Stands in every page, at its foot, and is shown while `AuthState.wait` is over 0."""
    return rx.el.div(
        rx.el.div(rx.cond(AuthState.wait, rx.el.p("That was too much at once. You stay signed in.")), role="status"),
        rx.cond(AuthState.wait, countdown(seconds=AuthState.wait, on_done=AuthState.go_on)),
        class_name=rx.cond(AuthState.wait, "fixed inset-x-4 bottom-4 mx-auto max-w-md " + style.NEUTRAL_NOTICE, "sr-only"),
    )
