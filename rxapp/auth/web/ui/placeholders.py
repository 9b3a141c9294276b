"""Views that replace a page: until the person is verified, for a user without the role, and where there is none."""

from typing import Any

import reflex as rx

from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import form_page


def waiting_view() -> rx.Component:
    """An empty view, with a text for screen readers only."""
    return rx.el.main(rx.el.p(site.texts.notices.loading, class_name="sr-only", role="status"), aria_busy="true")


def forbidden_view() -> rx.Component:
    """The 403 page."""
    return _dead_end("403", site.texts.notices.no_access, site.texts.notices.no_access_why)


def two_factors_view(*, on_confirm: Any) -> rx.Component:
    """In place of a page that asks for two factors. A dialog asks for the second one; the button opens it again."""
    texts = site.texts.confirm
    confirm = rx.el.button(texts.submit, type="button", on_click=on_confirm, class_name=style.PRIMARY)
    return form_page(texts.factor_title, rx.el.p(texts.factor_of_page, class_name=style.TEXT + " mb-6"), confirm)


def missing_view() -> rx.Component:
    """The 404 page."""
    return _dead_end("404", site.texts.notices.not_found, site.texts.notices.not_found_why)


def _dead_end(number: str, title: str, why: str) -> rx.Component:
    return form_page(
        title,
        rx.el.p(why, class_name=style.TEXT),
        rx.el.div(
            link(site.texts.notices.to_the_start, to=site.home_route, class_name=style.SECONDARY),
            rx.el.span(number, class_name=style.SMALL),
            class_name="mt-6 flex items-center justify-between",
        ),
    )
