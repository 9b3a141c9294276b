"""The frame of every page: the bar at the top, with the person's name and the logout button."""

import reflex as rx

from rxapp.auth import web as auth
from rxapp.auth.web import AuthState, link, style

LINK = style.FOCUS + style.themed(
    " rounded-md px-2 py-2 text-sm font-medium whitespace-nowrap text-@text hover:bg-@hover hover:text-@strong sm:px-3 "
    "aria-[current=page]:text-@link"
)


def layout(*content: rx.Component, with_navigation: bool = True) -> rx.Component:
    """A page: the bar, then its content. The home page has its own links and needs no navigation."""
    return rx.el.div(
        rx.el.header(
            rx.el.nav(
                brand(),
                rx.el.div(_navigation() if with_navigation else rx.fragment(), class_name="flex items-center gap-1"),
                aria_label="Main",
                class_name="mx-auto flex min-h-16 max-w-4xl flex-wrap items-center justify-between gap-x-4 px-4 sm:px-6",
            ),
            class_name=style.themed("border-b border-@line bg-@surface"),
        ),
        rx.el.main(*content, class_name="mx-auto max-w-4xl px-4 py-10 sm:px-6 sm:py-14"),
        class_name=style.PAGE,
    )


def waiting() -> rx.Component:
    """The outline of a page in place of its content, until the person is verified."""
    bar = style.themed("rounded-lg bg-@line motion-safe:animate-pulse")
    return layout(
        rx.el.p("Loading…", role="status", class_name="sr-only"),
        rx.el.div(class_name=bar + " h-9 w-48"),
        rx.el.div(class_name=bar + " mt-8 h-40"),
    )


def forbidden() -> rx.Component:
    """The 403 page: it says what is wrong and what to do."""
    return layout(
        rx.el.p("403", class_name=style.themed("text-sm font-semibold text-@link")),
        rx.el.h1("You do not have access to this page", class_name=style.HEADING + " mt-2"),
        rx.el.p(
            "You are logged in as ",
            rx.el.strong(AuthState.user_name),
            ". This account does not have the role that this page asks for. An administrator can give it to you.",
            class_name=style.TEXT + " mt-4 max-w-2xl",
        ),
        link("Back to the start", to="/", class_name=style.SECONDARY + " mt-8"),
    )


def failed() -> rx.Component:
    """Shown in place of a page that cannot be rendered. The person did nothing wrong, and can reload the page."""
    return layout(
        rx.el.h1("This page could not be shown", class_name=style.HEADING),
        rx.el.p("That is our fault, and it has been noted. Loading the page again may help.", class_name=style.TEXT + " mt-4"),
        rx.el.button(
            "Load it again", type="button", on_click=rx.run_script("location.reload()"), class_name=style.PRIMARY + " mt-8"
        ),
        with_navigation=False,
    )


def brand() -> rx.Component:
    """The name of the app, with a link to the home page."""
    return link(
        rx.el.span("rx", class_name=style.themed("text-@link")),
        "app",
        to="/",
        class_name=style.themed("rounded-md text-lg font-bold tracking-tight text-@strong"),
    )


def logo() -> rx.Component:
    """The name of the app, above a form."""
    return rx.el.div(brand(), class_name="mb-6")


def _navigation() -> rx.Component:
    """The links. Empty until the person is verified, so that nothing flickers."""
    return rx.match(
        AuthState.status,
        (
            auth.IN,
            rx.fragment(
                rx.cond(auth.has_role("Manager"), auth.nav_link("Customers", to="/customers", class_name=LINK)),
                rx.el.button("Log out", type="button", on_click=AuthState.log_out, class_name=LINK + " cursor-pointer"),
                auth.user_button(),
            ),
        ),
        (auth.OUT, link("Log in", to="/login", class_name=LINK)),
        rx.fragment(),
    )
