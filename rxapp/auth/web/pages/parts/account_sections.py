"""The sections of the account page that are ours. `state` is `AccountState`."""

from typing import Any

import reflex as rx

from rxapp.auth.core.identity.user_names import DISPLAY_NAME_MAXIMUM_LENGTH
from rxapp.auth.web.pages.parts.new_password import new_password_fields
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.fields import beside, notices, password_field, section, text_field
from rxapp.auth.web.ui.forms import auth_form, submit_button
from rxapp.auth.web.ui.interpolation import counted, sentence

PASSWORD, DELETION = "password", "deletion"
"""The forms whose errors may be about none of their fields."""


def profile(state: Any) -> rx.Component:
    """The person's names."""
    texts = site.texts.account
    user_name = rx.el.strong(state.user_name)
    return section(
        texts.profile,
        rx.el.p(*sentence(texts.your_user_name, user_name=user_name), class_name=style.TEXT + " mb-4"),
        auth_form(
            text_field(
                texts.display_name,
                "display_name",
                auto_complete="name",
                required=True,
                max_length=DISPLAY_NAME_MAXIMUM_LENGTH,
                key=state.display_name,
                default_value=state.display_name,
                error=beside(state, "display_name"),
            ),
            submit_button(texts.save, texts.saving, is_busy=rx.Var.create(False), class_name=style.PRIMARY),
            on_submit=state.rename,
            is_busy=rx.Var.create(False),
            class_name="max-w-sm",
        ),
    )


def password(state: Any) -> rx.Component:
    """The form that changes the password."""
    texts = site.texts.account
    return section(
        texts.password,
        _refusal_of(state, PASSWORD),
        rx.cond(state.has_password, _password_form(state), rx.el.p(texts.no_password, class_name=style.TEXT)),
    )


def _password_form(state: Any) -> rx.Component:
    texts = site.texts.account
    return auth_form(
        rx.el.input(auto_complete="username", default_value=state.user_name, read_only=True, class_name="hidden"),
        password_field(
            texts.current_password,
            "current_password",
            auto_complete="current-password",
            error=beside(state, "current_password"),
        ),
        new_password_fields(state, is_new=True),
        rx.el.label(
            rx.el.input(type="checkbox", name="ends_others", default_checked=True, class_name=style.CHECKBOX),
            counted(texts.end_others, state.other_sessions),
            class_name=style.SMALL + " mb-4 flex items-center gap-2",
        ),
        submit_button(texts.change_password, texts.changing, is_busy=state.is_busy, class_name=style.PRIMARY),
        on_submit=state.change_password,
        is_busy=state.is_busy,
        key=state.password_form,
        class_name="max-w-sm",
    )


def _refusal_of(state: Any, form: str) -> rx.Component:
    """The error that is about the form and none of its fields."""
    return notices("", beside(state, form), rx.cond(state.wrong == form, state.wait, 0))


def deletion(state: Any) -> rx.Component:
    """The form that deletes the account. Whoever has no password is asked in another way who they are."""
    texts = site.texts.account
    without_password = asking_button(
        texts.delete, question=texts.delete_question, why=texts.cannot_be_undone, on_confirm=state.delete_without_password
    )
    return section(
        texts.deletion,
        _refusal_of(state, DELETION),
        rx.el.p(texts.cannot_be_undone, class_name=style.TEXT + " mb-4"),
        rx.cond(state.has_password, _deletion_form(state), without_password),
    )


def _deletion_form(state: Any) -> rx.Component:
    texts = site.texts.account
    return auth_form(
        password_field(
            texts.deletion_password,
            "deletion_password",
            auto_complete="current-password",
            error=beside(state, "deletion_password"),
        ),
        submit_button(texts.delete, texts.deleting, is_busy=state.is_busy, class_name=style.DANGER),
        on_submit=state.delete,
        is_busy=state.is_busy,
        class_name="max-w-sm",
    )
