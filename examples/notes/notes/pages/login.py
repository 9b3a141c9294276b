"""This app's own login page. `auth.LoginState` does the work: `prepare` on load, and `submit` with the form's two fields."""

import reflex as rx

from notes.pages.layout import field
from rxapp.auth import web as auth


@auth.page("/login", public=True, title="Log in · Notes", on_load=auth.LoginState.prepare)
def login() -> rx.Component:
    """A sentence about the app, and the form."""
    return rx.el.main(_welcome(), rx.el.div(_form(), class_name="flex items-center p-6 sm:p-12"), class_name=_HALVES)


_HALVES = "grid grid-rows-[auto_1fr] lg:grid-cols-2 lg:grid-rows-1 " + auth.style.PAGE


def _welcome() -> rx.Component:
    return rx.el.div(
        rx.el.p("✎ Notes", class_name="text-lg font-bold"),
        rx.el.p("What you write down is yours.", class_name="mt-4 max-w-md text-3xl font-semibold tracking-tight lg:text-5xl"),
        class_name=auth.style.themed("bg-@accent p-6 text-@on-accent sm:p-12 lg:flex lg:flex-col lg:justify-center"),
    )


def _form() -> rx.Component:
    return rx.el.div(
        rx.el.h1("Log in", class_name=auth.style.HEADING),
        _notices(),
        auth.auth_form(
            field("Username", "username", auto_complete="username", auto_capitalize="none", auto_focus=True, required=True),
            field("Password", "password", type="password", auto_complete="current-password", required=True),
            auth.submit_button("Log in", "One moment…", is_busy=auth.LoginState.is_busy, class_name=auth.style.SUBMIT),
            on_submit=auth.LoginState.submit,
            is_busy=auth.LoginState.is_busy,
            class_name="mt-6 grid gap-5",
        ),
        rx.el.p(
            "New here? ",
            auth.link("Create an account", to="/register", class_name=auth.style.LINK),
            class_name="mt-6 " + auth.style.TEXT,
        ),
        class_name="mx-auto w-full max-w-sm",
    )


def _notices() -> rx.Component:
    """Why the person is here, and the error. Both regions are in the page from the start: screen readers ignore later ones."""
    state = auth.LoginState
    wait = rx.cond(state.wait > 0, f" Try again in {state.wait} seconds.", "")
    return rx.el.div(
        rx.el.div(rx.cond(state.reason, rx.el.p(state.reason, class_name="mt-6 " + auth.style.NEUTRAL_NOTICE)), role="status"),
        rx.el.div(rx.cond(state.error, rx.el.p(state.error, wait, class_name="mt-6 " + auth.style.ALARM_NOTICE)), role="alert"),
    )
