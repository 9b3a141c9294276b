"""What stands in a guarded page's place: while it is not known who is there, and for a user without the role."""

import reflex as rx

from rxapp.auth.web.site import site


def waiting_view() -> rx.Component:
    """Nothing but a sign of life for those who cannot see the page either."""
    return rx.el.main(rx.el.p("Loading…", class_name="sr-only", role="status"), aria_busy="true")


def forbidden_view() -> rx.Component:
    """The 403 page."""
    return rx.el.main(
        rx.el.h1("You do not have access to this page"),
        rx.el.p("Your account does not have the role that this page asks for. An administrator can give it to you."),
        rx.el.a("Back to the start", href=site.home_route),
    )
