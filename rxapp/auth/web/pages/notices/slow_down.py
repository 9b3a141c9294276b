"""The notice for a session that rotates too often. The person stays logged in, and the page continues by itself."""

import reflex as rx

from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import waiting_time


def slow_down_notice() -> rx.Component:
    """Is part of every page, at the bottom. Visible while `AuthState.wait` is above 0."""
    return rx.el.div(
        rx.el.div(rx.cond(AuthState.wait, rx.el.p(site.texts.notices.slow_down)), role="status"),
        rx.cond(AuthState.wait, waiting_time(seconds=AuthState.wait, on_done=AuthState.go_on)),
        class_name=rx.cond(AuthState.wait, "fixed inset-x-4 bottom-4 mx-auto max-w-md " + style.NEUTRAL_NOTICE, "sr-only"),
    )
