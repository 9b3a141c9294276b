"""A person in a table or above a page: name, roles and status."""

from typing import Any

import reflex as rx

from rxapp.auth.web.pages.parts.routes import USER
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.avatar import avatar
from rxapp.auth.web.ui.table import WHOLE_ROW

_NAME = style.FOCUS + " block rounded break-words " + WHOLE_ROW


def person_cell(user: Any, *below: rx.Component) -> rx.Component:
    """Both names, with a link to the user's page that is as large as the row. `user` is a var of `UserRow`."""
    return rx.el.div(
        avatar(user.display_name),
        rx.el.div(
            link(
                rx.el.span(user.display_name, class_name="block " + style.STRONG),
                rx.el.span(user.user_name, class_name="block break-all " + style.SMALL),
                to=f"{USER}?id={user.id}",
                class_name=_NAME,
            ),
            *below,
            class_name="min-w-0",
        ),
        class_name="flex items-start gap-3",
    )


def role_chips(roles: Any) -> rx.Component:
    """The roles, each in a chip."""
    return rx.foreach(roles, lambda role: rx.el.span(role, key=role, class_name=style.BADGE))


def status_badges(*, is_disabled: Any, has_password: Any) -> rx.Component:
    """Whether the person can log in: active, disabled, or without a password as yet."""
    texts = site.texts.users
    active = rx.cond(
        has_password,
        rx.el.span(texts.active, class_name=style.SUCCESS_BADGE),
        rx.el.span(texts.no_password, class_name=style.NEUTRAL_BADGE),
    )
    return rx.cond(is_disabled, rx.el.span(texts.disabled, class_name=style.ALARM_BADGE), active)
