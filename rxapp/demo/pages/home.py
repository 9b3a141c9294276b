"""The home page: it says whether the person is logged in, and links to the next page."""

import reflex as rx

from rxapp.auth import web as auth
from rxapp.auth.web import AuthState, link, style
from rxapp.demo.pages.layout import layout


@auth.page("/", public=True, title="rxapp")
def home() -> rx.Component:
    """The home page."""
    return layout(
        rx.el.h1("Log in once. Stay logged in.", class_name=style.HEADING + " sm:text-4xl"),
        rx.el.p(
            "Short-lived access tokens, rotated behind the scenes, and sessions that end the moment you say so.",
            class_name=style.TEXT + " mt-4 max-w-2xl",
        ),
        rx.el.div(_who(), role="status", class_name="mt-8 min-h-28"),
        with_navigation=False,
    )


def _who() -> rx.Component:
    return rx.match(
        AuthState.status,
        (
            auth.IN,
            rx.fragment(
                rx.el.p("You are logged in as ", rx.el.strong(AuthState.user_name), ".", class_name=style.TEXT),
                rx.el.div(
                    link("Customers", to="/customers", class_name=style.PRIMARY),
                    rx.el.button("Log out", type="button", on_click=AuthState.log_out, class_name=style.SECONDARY),
                    class_name="mt-5 flex flex-wrap gap-3",
                ),
            ),
        ),
        (
            auth.OUT,
            rx.fragment(
                rx.el.p("You are not logged in.", class_name=style.TEXT),
                rx.el.div(
                    link("Log in", to="/login", class_name=style.PRIMARY),
                    link("Customers", to="/customers", class_name=style.SECONDARY),
                    class_name="mt-5 flex flex-wrap gap-3",
                ),
            ),
        ),
        rx.fragment(),
    )
