"""The notice that the server cannot be reached, on any page."""

import reflex as rx

from rxapp.auth.web.reflex_internals.components import cannot_connect
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def connection_notice() -> rx.Component:
    """Is part of every page of an app without Reflex's toaster, which would say so itself. Appears at the second failed attempt.

    Reflex also has an icon for the first failed attempt. It would alarm people at each restart of a server.
    """
    words = rx.el.p(site.texts.notices.not_connected, class_name="mx-auto max-w-xl shadow-lg " + style.ALARM_NOTICE)
    return rx.el.div(
        rx.cond(cannot_connect, words),
        role="alert",
        class_name="fixed inset-x-4 top-4 z-50 empty:hidden",
    )
