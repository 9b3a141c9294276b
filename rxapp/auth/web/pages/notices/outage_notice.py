"""The notice that something could not be done, on any page."""

import reflex as rx

from rxapp.auth.web.auth_state.outage import OutageState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style


def outage_notice() -> rx.Component:
    """Is part of every page. It shows a var and is no toast of Reflex: a strict Content-Security-Policy would block the toast."""
    content = rx.el.div(
        rx.el.p(OutageState.sentence, class_name="grow"),
        rx.el.button(site.texts.notices.close, type="button", on_click=OutageState.dismiss, class_name=style.SECONDARY),
        class_name="mx-auto flex max-w-xl items-center gap-4 shadow-lg " + style.ALARM_NOTICE,
    )
    return rx.el.div(rx.cond(OutageState.sentence, content), role="alert", class_name="fixed inset-x-4 bottom-4 z-50")
