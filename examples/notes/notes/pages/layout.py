"""The frame of every page, also of the ready-made pages of `rxapp.auth`."""

from typing import Any

import reflex as rx

from rxapp.auth import web as auth

_NAVIGATION = auth.style.FOCUS + auth.style.themed(
    " cursor-pointer rounded-md px-2 py-2 text-sm font-medium text-@text hover:bg-@hover"
)


def frame(*content: Any) -> rx.Component:
    """A page: the bar at the top, then its content."""
    return rx.el.div(
        rx.el.header(
            rx.el.nav(
                brand(),
                rx.cond(auth.AuthState.status == auth.IN, _navigation(), rx.fragment()),
                aria_label="Main",
                class_name="mx-auto flex min-h-16 max-w-3xl items-center justify-between px-4 sm:px-6",
            ),
            class_name=auth.style.themed("border-b border-@line bg-@surface"),
        ),
        rx.el.main(*content, class_name="mx-auto max-w-3xl px-4 py-10 sm:px-6"),
        class_name=auth.style.PAGE,
    )


def waiting() -> rx.Component:
    """Shown in place of a guarded page until the person is verified."""
    return frame(rx.el.p("Loading…", role="status", class_name="sr-only"))


def brand() -> rx.Component:
    """The app's name, with a link to the home page."""
    return auth.link("✎ Notes", to="/", class_name=auth.style.themed("rounded-md text-lg font-bold text-@strong"))


def logo() -> rx.Component:
    """The app's name above a form."""
    return rx.el.div(brand(), class_name="mb-6")


def field(label: str, name: str, *, of: Any = rx.el.input, **props: Any) -> rx.Component:
    """An input with its label."""
    given = {"id": name, "name": name, "class_name": auth.style.FIELD} | props
    return rx.el.div(rx.el.label(label, html_for=given["id"], class_name=auth.style.LABEL), of(**given))


def _navigation() -> rx.Component:
    return rx.el.div(
        auth.link("Account", to="/account", class_name=_NAVIGATION),
        rx.el.button("Log out", type="button", on_click=auth.AuthState.log_out, class_name=_NAVIGATION),
        class_name="flex items-center gap-1",
    )
