"""Who is there, at the edge of a page: a button with the person's initials, and the menu that it opens."""

from typing import Any

import reflex as rx

from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.web.auth_state.state import IN, OUT, AuthState
from rxapp.auth.web.guards import has_role
from rxapp.auth.web.pages.parts.routes import ACCOUNT, OVERVIEW, SESSIONS
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.avatar import AVATAR, initials
from rxapp.auth.web.ui.components.popover import popover

_MENU = "auth-user-menu"

_AVATAR = AVATAR + style.FOCUS + style.themed(" size-9 cursor-pointer bg-@accent text-sm text-@on-accent hover:bg-@accent-hover")
_POPOVER = style.CARD + style.themed(
    " fixed inset-auto m-0 w-64 border-0 p-1.5 text-@text shadow-lg [font-family:var(--auth-font)]"
)
_ENTRY = style.FOCUS + style.themed(
    " block w-full cursor-pointer rounded-[var(--auth-radius)] px-3 py-2 text-left text-sm text-@text hover:bg-@hover "
    "hover:text-@strong"
)


def user_button(*entries: rx.Component) -> rx.Component:
    """The button with its menu if somebody is logged in, and else a link to the login page. A page has one of them.

    `entries` are further links or buttons, and stand before "Log out". `user_menu_entry` makes them look like the others.
    """
    texts = site.texts.user_menu
    return rx.fragment(
        rx.match(
            AuthState.status,
            (IN, rx.fragment(_avatar(), _menu(*entries))),
            (OUT, link(texts.log_in, to=site.login_route, class_name=style.SECONDARY)),
            rx.el.span(class_name="inline-block size-9"),
        )
    )


def user_menu_entry(label: Any, *, to: str = "", **props: Any) -> rx.Component:
    """A link to the route `to`, or a button with `on_click`, in the menu of `user_button`."""
    if to:
        return link(label, to=to, class_name=_ENTRY, **props)
    return rx.el.button(label, type="button", class_name=_ENTRY, **props)


def signed_in(*content: Any) -> rx.Component:
    """Shown to whoever is logged in. It protects nothing: the text is in the built page."""
    return rx.cond(AuthState.status == IN, rx.fragment(*content))


def signed_out(*content: Any) -> rx.Component:
    """Shown to whoever is not logged in, as soon as this is known."""
    return rx.cond(AuthState.status == OUT, rx.fragment(*content))


def _avatar() -> rx.Component:
    return rx.el.button(
        initials(AuthState.display_name),
        type="button",
        aria_label=site.texts.user_menu.label.format(name=AuthState.display_name),
        class_name=_AVATAR,
        custom_attrs={"popoverTarget": _MENU},
    )


def _menu(*entries: rx.Component) -> rx.Component:
    texts = site.texts.user_menu
    return popover(
        rx.el.div(
            rx.el.p(AuthState.display_name, class_name="truncate text-sm " + style.STRONG),
            rx.el.p(AuthState.user_name, class_name="truncate " + style.SMALL),
            class_name=style.themed("mb-1.5 border-b border-@line px-3 pt-1.5 pb-2.5"),
        ),
        user_menu_entry(texts.account, to=ACCOUNT),
        user_menu_entry(texts.sessions, to=SESSIONS),
        rx.cond(has_role(ADMIN_ROLE), user_menu_entry(texts.administration, to=OVERVIEW)),
        *entries,
        user_menu_entry(texts.colours, on_click=rx.toggle_color_mode),
        user_menu_entry(texts.log_out, on_click=AuthState.log_out),
        id=_MENU,
        custom_attrs={"aria-label": texts.menu},
        class_name=_POPOVER,
    )
