"""The sections of a user's page: roles, sessions, events, and the deletion. `state` is `UserState`."""

from typing import Any

import reflex as rx

from rxapp.auth.web.pages.parts.event_rows import event_list
from rxapp.auth.web.pages.parts.session_rows import session_list
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.fields import beside, section, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button


def roles(state: Any) -> rx.Component:
    """The roles that the app asks for, to be ticked, and a form for any other."""
    texts = site.texts.user
    return section(
        texts.roles,
        rx.el.ul(
            rx.foreach(state.roles, lambda role: _role(state, role)),
            aria_label=texts.roles,
            class_name="mb-4 flex flex-wrap gap-x-6 gap-y-2",
        ),
        auth_form(
            text_field(
                texts.another_role, "role", auto_complete="off", required=True, max_length=64, error=beside(state, "roles")
            ),
            submit_button(texts.give, texts.giving, is_busy=rx.Var.create(False), class_name=style.SECONDARY + " mt-7 shrink-0"),
            on_submit=state.add_role,
            is_busy=rx.Var.create(False),
            reset_on_submit=True,
            class_name="flex max-w-sm items-start gap-3",
        ),
    )


def _role(state: Any, role: Any) -> rx.Component:
    return rx.el.li(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=role.is_held,
                read_only=True,
                on_click=state.toggle_role(role.name),
                class_name=style.CHECKBOX,
            ),
            role.name,
            class_name=style.TEXT + " flex cursor-pointer items-center gap-2",
        ),
        key=role.name,
    )


def sessions(state: Any) -> rx.Component:
    """The sessions, to be ended one by one or all at once."""
    texts = site.texts.user
    return section(
        texts.sessions,
        rx.cond(
            state.sessions.length() > 0,
            rx.fragment(
                asking_button(
                    texts.end_all,
                    question=texts.end_all_question.format(user_name=state.user_name),
                    why=texts.end_all_why,
                    on_confirm=state.end_sessions,
                ),
                session_list(state.sessions, state.now, on_end=state.end_session),
            ),
            rx.el.p(texts.no_sessions, class_name=style.TEXT),
        ),
    )


def events(state: Any) -> rx.Component:
    """What has happened to the account lately."""
    return section(site.texts.user.events, event_list(state.events, state.now))


def deletion(state: Any) -> rx.Component:
    """The button that deletes the account, after a question."""
    texts = site.texts.user
    question = texts.delete_question.format(user_name=state.user_name)
    return section(
        texts.deletion,
        rx.el.p(texts.deletion_why, class_name=style.TEXT + " mb-4"),
        asking_button(texts.delete, question=question, why=site.texts.account.cannot_be_undone, on_confirm=state.delete),
    )
