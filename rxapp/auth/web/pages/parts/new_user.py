"""The dialog for a new user: the form, and then the link with which its person sets a password."""

from typing import Any

import reflex as rx

from rxapp.auth.core.identity.user_names import DISPLAY_NAME_MAXIMUM_LENGTH, USER_NAME_MAXIMUM_LENGTH
from rxapp.auth.web.pages.parts.password_link import password_link
from rxapp.auth.web.site.places import places
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.texts import UsersTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.modal import modal
from rxapp.auth.web.ui.fields import beside, notices, text_field
from rxapp.auth.web.ui.forms import auth_form, dialog_buttons


def new_user_dialog(state: Any) -> rx.Component:
    """The dialog. `state` is `UsersState`."""
    texts = site.texts.users
    return modal(
        rx.el.h2(texts.new_user, class_name=style.SUBHEADING + " mb-4"),
        rx.cond(state.created, _created(state, texts), _form(state, texts)),
        is_open=state.is_adding,
        label=texts.new_user,
        on_close=state.close_form,
        class_name=style.DIALOG,
    )


def _created(state: Any, texts: UsersTexts) -> rx.Component:
    return rx.fragment(
        notices(rx.cond(state.invited, state.invited, texts.created.format(user_name=state.created)), "", is_success=True),
        password_link(state.link),
        rx.el.div(
            rx.el.button(texts.another, type="button", on_click=state.open_form, class_name=style.SECONDARY),
            rx.el.button(texts.close, type="button", on_click=state.close_form, auto_focus=True, class_name=style.PRIMARY),
            class_name="mt-6 flex justify-end gap-3",
        ),
    )


def _form(state: Any, texts: UsersTexts) -> rx.Component:
    return auth_form(
        text_field(
            site.texts.login.username,
            "username",
            auto_complete="off",
            auto_capitalize="none",
            auto_focus=True,
            required=True,
            max_length=USER_NAME_MAXIMUM_LENGTH,
            error=beside(state, "username"),
        ),
        text_field(
            texts.display_name,
            "display_name",
            auto_complete="off",
            max_length=DISPLAY_NAME_MAXIMUM_LENGTH,
            error=beside(state, "display_name"),
        ),
        text_field(
            texts.roles, "roles", auto_complete="off", max_length=256, hint=texts.roles_hint, error=beside(state, "roles")
        ),
        places.invitation.field(state) if places.invitation is not None else rx.fragment(),
        dialog_buttons(texts.create, texts.creating, is_busy=rx.Var.create(False), on_cancel=state.close_form),
        on_submit=state.create,
        is_busy=rx.Var.create(False),
        key=state.new_user_form,
    )
