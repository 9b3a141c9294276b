"""The notice that the server cannot be reached, on whatever page one is."""

import reflex as rx

from rxapp.auth.web.reflex_internals.components import cannot_connect
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def connection_notice() -> rx.Component:
    """Stands in every page of an app without Reflex's toaster, which else says so; from the second attempt that fails.

    Reflex has also an icon for the first, which would frighten people whenever a server is restarted.
    """
    words = rx.el.p(site.texts.notices.not_connected, class_name="mx-auto max-w-xl shadow-lg " + style.ALARM_NOTICE)
    return rx.el.div(
        rx.cond(cannot_connect, words),
        role="alert",
        class_name="fixed inset-x-4 top-4 z-50 empty:hidden",
    )
