"""The one-time link to set a password. It is shown to the administrator who has made it."""

import reflex as rx

from rxapp.auth.web.reflex_internals.app import get_config
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style

SET_PASSWORD = "/set-password"


def password_link_url(state: rx.State, token: str) -> str:
    """The link for the person. The token is in the fragment, which browsers never send to a server."""
    return f"{state.router.url.origin}{get_config().prepend_frontend_path(SET_PASSWORD)}#{token}"


def password_link(url: rx.Var[str] | str) -> rx.Component:
    """The link in a field to copy from; empty while there is none."""
    texts = site.texts.users
    return rx.cond(
        url,
        rx.el.div(
            rx.el.label(texts.link, html_for="password-link", class_name=style.LABEL),
            rx.el.div(
                rx.el.input(id="password-link", value=url, read_only=True, type="text", class_name=style.FIELD + " font-mono"),
                rx.el.button(texts.copy, type="button", on_click=rx.set_clipboard(url), class_name=style.SECONDARY),
                class_name="flex gap-2",
            ),
            rx.el.p(texts.link_hint, class_name=style.SMALL + " mt-1.5"),
            class_name="mb-4",
        ),
    )
