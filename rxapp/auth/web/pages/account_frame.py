"""What the account pages have in common: a heading, and the way from one to the next."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_components_core.react_router import link

from rxapp.auth.web.pages import style

ACCOUNT, SESSIONS, ACTIVITY = "/account", "/account/sessions", "/account/activity"
USERS, EVENTS = "/admin/users", "/admin/events"

_ACCOUNT_TABS = {ACCOUNT: "Profile", SESSIONS: "Sessions", ACTIVITY: "Activity"}
_ADMIN_TABS = {USERS: "Users", EVENTS: "Events"}


def account_frame(frame: Callable[..., rx.Component], route: str, *content: Any) -> rx.Component:
    """A page of a person's own account."""
    return frame(rx.el.h1("Your account", class_name=style.HEADING), _tabs("Account", _ACCOUNT_TABS, route), *content)


def admin_frame(frame: Callable[..., rx.Component], route: str, *content: Any) -> rx.Component:
    """A page for administrators."""
    return frame(rx.el.h1("Administration", class_name=style.HEADING), _tabs("Administration", _ADMIN_TABS, route), *content)


def _tabs(label: str, tabs: dict[str, str], current: str) -> rx.Component:
    return rx.el.nav(
        *(
            link(name, to=route, class_name=style.TAB, aria_current="page" if route == current else "false")
            for route, name in tabs.items()
        ),
        aria_label=label,
        class_name="mt-6 flex flex-wrap gap-1",
    )


def pager(page: rx.Var[int], pages: rx.Var[int], *, on_previous: Any, on_next: Any) -> rx.Component:
    """Previous and next, where there is more than one page."""
    return rx.cond(
        pages > 1,
        rx.el.nav(
            rx.el.button("Previous", type="button", disabled=page <= 1, on_click=on_previous, class_name=style.SECONDARY),
            rx.el.span(f"Page {page} of {pages}", class_name=style.SMALL),
            rx.el.button("Next", type="button", disabled=page >= pages, on_click=on_next, class_name=style.SECONDARY),
            aria_label="Pages",
            class_name="mt-4 flex items-center justify-between gap-4",
        ),
    )
