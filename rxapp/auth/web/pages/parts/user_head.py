"""The head of a user's page: who it is, since when, and what an administrator can do. `state` is `UserState`."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from rxapp.auth.core.identity.user_names import DISPLAY_NAME_MAXIMUM_LENGTH
from rxapp.auth.web.pages.parts.password_link import password_link
from rxapp.auth.web.pages.parts.person import status_badges
from rxapp.auth.web.pages.parts.routes import USERS
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.texts import UserTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.avatar import avatar
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.modal import modal
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.fields import beside, notices, text_field
from rxapp.auth.web.ui.forms import auth_form, dialog_buttons
from rxapp.auth.web.ui.interpolation import sentence


def user_head(state: Any, heading: Callable[..., rx.Component]) -> rx.Component:
    """Names in the heading, status and times, and the buttons beside them."""
    texts = site.texts.user
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                avatar(state.display_name, size="size-14 text-lg"),
                rx.el.div(_names(state, heading), _times(state, texts), class_name="min-w-0"),
                class_name="flex min-w-0 items-center gap-4",
            ),
            rx.el.div(*_actions(state, texts), class_name="flex flex-wrap gap-3"),
            class_name="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-4",
        ),
        rx.el.div(password_link(state.link), class_name="mt-6 empty:hidden"),
        _edit_dialog(state, texts),
    )


def user_is_gone(state: Any) -> rx.Component:
    """What stands here after the user was deleted."""
    texts = site.texts.user
    return rx.fragment(
        notices(texts.deleted.format(user_name=state.deleted), "", is_success=True, class_name="mt-6"),
        link(texts.back, to=USERS, class_name=style.SECONDARY),
    )


def _names(state: Any, heading: Callable[..., rx.Component]) -> rx.Component:
    return rx.el.div(
        heading(
            state.display_name, " ", rx.el.span(state.user_name, class_name=style.SMALL + " font-normal"), class_name=style.TITLE
        ),
        status_badges(is_disabled=state.is_disabled, has_password=state.has_password),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-1 break-words",
    )


def _times(state: Any, texts: UserTexts) -> rx.Component:
    joined = sentence(texts.joined, when=time_ago(at=state.created_at, now=state.now))
    seen = sentence(texts.last_seen, when=time_ago(at=state.last_seen_at, now=state.now))
    return rx.el.p(*joined, rx.cond(state.last_seen_at, rx.el.span(" · ", *seen)), class_name=style.SMALL + " mt-1")


def _actions(state: Any, texts: UserTexts) -> list[rx.Component]:
    disabling = asking_button(
        texts.disable,
        question=texts.disable_question.format(user_name=state.user_name),
        why=texts.disable_why,
        on_confirm=state.disable,
    )
    return [
        rx.el.button(texts.edit, type="button", on_click=state.open_form, class_name=style.SECONDARY),
        rx.cond(
            state.is_disabled,
            rx.el.button(texts.enable, type="button", on_click=state.enable, class_name=style.SECONDARY),
            rx.fragment(
                rx.el.button(texts.make_link, type="button", on_click=state.make_link, class_name=style.SECONDARY), disabling
            ),
        ),
    ]


def _edit_dialog(state: Any, texts: UserTexts) -> rx.Component:
    return modal(
        rx.el.h2(texts.edit_title, class_name=style.SUBHEADING + " mb-4"),
        auth_form(
            text_field(
                site.texts.users.display_name,
                "display_name",
                auto_complete="off",
                auto_focus=True,
                max_length=DISPLAY_NAME_MAXIMUM_LENGTH,
                default_value=state.display_name,
                error=beside(state, "display_name"),
            ),
            dialog_buttons(texts.save, texts.saving, is_busy=rx.Var.create(False), on_cancel=state.close_form),
            on_submit=state.rename,
            is_busy=rx.Var.create(False),
        ),
        is_open=state.is_editing,
        label=texts.edit_title,
        on_close=state.close_form,
        class_name=style.DIALOG,
    )
