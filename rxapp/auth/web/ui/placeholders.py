"""Views that replace a guarded page: until the person is verified, and for a user without the role."""

import reflex as rx

from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site


def waiting_view() -> rx.Component:
    """An empty view, with a text for screen readers only."""
    return rx.el.main(rx.el.p(site.texts.notices.loading, class_name="sr-only", role="status"), aria_busy="true")


def forbidden_view() -> rx.Component:
    """The 403 page."""
    texts = site.texts.notices
    return rx.el.main(
        rx.el.h1(texts.no_access),
        rx.el.p(texts.no_access_why),
        link(texts.to_the_start, to=site.home_route),
    )
