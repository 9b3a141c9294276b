"""The frame of the account pages and the administrators' pages: a heading, and tabs that lead to the other pages."""

from typing import Any, Unpack

import reflex as rx

from rxapp.auth.web.pages.parts.plain_frame import plain_frame
from rxapp.auth.web.pages.parts.routes import ACCOUNT, ACTIVITY, EVENTS, OVERVIEW, SESSIONS, USERS
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots, extra_in


def account_frame(route: str, *content: Any, **slots: Unpack[Slots]) -> rx.Component:
    """A page of a person's own account."""
    texts = site.texts.account
    added = {route: name() for route, name in places.account_tabs.items()}
    tabs = {ACCOUNT: texts.profile_tab, **added, SESSIONS: texts.sessions_tab, ACTIVITY: texts.activity_tab}
    return _framed(texts.title, _tabs(texts.tabs, tabs, route), *content, **slots)


def admin_frame(route: str, *content: Any, **slots: Unpack[Slots]) -> rx.Component:
    """A page for administrators."""
    texts = site.texts.users
    tabs = {OVERVIEW: site.texts.overview.tab, USERS: texts.users_tab, EVENTS: texts.events_tab}
    tabs |= {route: name() for route, name in places.admin_tabs.items()}
    return _framed(texts.title, _tabs(texts.tabs, tabs, route), *content, **slots)


def person_frame(name: Any, *content: Any, **slots: Unpack[Slots]) -> rx.Component:
    """A page about one user, for administrators: the way back to all users stands above it. The content has the heading."""
    texts = site.texts.user
    crumbs = rx.el.nav(
        rx.el.ol(
            rx.el.li(link(site.texts.users.users_tab, to=USERS, class_name=style.LINK)),
            rx.el.li(icon(name="next", class_name="size-4"), name, aria_current="page", class_name="flex items-center gap-2"),
            class_name="flex flex-wrap items-center gap-2 " + style.SMALL,
        ),
        aria_label=texts.path,
    )
    title = slots.get("title")
    heading = rx.el.h1(title, class_name=style.HEADING + " mt-4") if title else rx.fragment()
    return in_frame(crumbs, heading, *content, **slots)


def _framed(own_title: str, /, *content: Any, **slots: Unpack[Slots]) -> rx.Component:
    """A page with tabs."""
    return in_frame(rx.el.h1(slots.get("title") or own_title, class_name=style.HEADING), *content, **slots)


def in_frame(*content: Any, **slots: Unpack[Slots]) -> rx.Component:
    """A page in the app's frame, or in ours. It shows no logo, because the frame of the look has one already."""
    frame = site.look.frame or plain_frame
    return frame(slots.get("logo") or rx.fragment(), *content, extra_in(slots))


def _tabs(label: str, tabs: dict[str, str], current: str) -> rx.Component:
    return rx.el.nav(
        *(
            link(name, to=route, class_name=style.TAB, aria_current="page" if route == current else "false")
            for route, name in tabs.items()
        ),
        aria_label=label,
        class_name="mt-6 flex flex-wrap gap-1",
    )


def pager(page: rx.vars.NumberVar | int, pages: rx.vars.NumberVar | int, *, on_previous: Any, on_next: Any) -> rx.Component:
    """Buttons for the previous and the next page, if there is more than one."""
    texts = site.texts.notices
    return rx.cond(
        pages > 1,
        rx.el.nav(
            rx.el.button(texts.previous, type="button", disabled=page <= 1, on_click=on_previous, class_name=style.SECONDARY),
            rx.el.span(*sentence(texts.page_of, page=page, pages=pages), class_name=style.SMALL),
            rx.el.button(texts.next, type="button", disabled=page >= pages, on_click=on_next, class_name=style.SECONDARY),
            aria_label=texts.pages,
            class_name="mt-4 flex items-center justify-between gap-4",
        ),
    )


def turned(page: int, by: int, pages: int) -> int:
    """The page `by` further, within the existing ones. An event sent by hand may hold anything: then the page stays."""
    return min(max(page + by, 1), pages) if type(by) is int else page
