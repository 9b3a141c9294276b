"""The views of the section with a person's own passkeys. `state` is `PasskeysState`."""

from typing import Any

import reflex as rx

from rxapp.auth.core.login.factor_names import NAME_MAXIMUM_LENGTH
from rxapp.auth.features.passkeys.pages.passkey_button import passkey_button
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.modal import modal
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.fields import about_no_field, beside, notices, section, text_field
from rxapp.auth.web.ui.forms import auth_form, dialog_buttons
from rxapp.auth.web.ui.interpolation import sentence

_ICON = style.themed("mt-0.5 size-6 shrink-0 text-@muted")


def own_passkeys_of(state: Any) -> rx.Component:
    """The list, the button that adds one, and the switch."""
    texts = site.texts.passkeys
    has_some = state.passkeys.length() > 0
    return section(
        texts.title,
        rx.el.p(rx.cond(has_some, texts.some, texts.none), class_name=style.TEXT),
        rx.el.ul(
            rx.foreach(state.passkeys, lambda each: _passkey(state, each)),
            aria_label=texts.title,
            class_name=style.ROWS + " mt-4 empty:hidden",
        ),
        rx.el.button(texts.add, type="button", on_click=state.open_dialog, class_name=style.PRIMARY + " mt-4"),
        rx.cond(has_some, _switch(state)),
    )


def _passkey(state: Any, each: Any) -> rx.Component:
    texts = site.texts.passkeys
    added, used = time_ago(at=each.created_at, now=state.now), time_ago(at=each.last_used_at, now=state.now)
    about = rx.el.div(
        rx.el.p(each.name, class_name=style.STRONG + " break-words"),
        rx.el.p(
            rx.cond(each.is_synced, texts.synced, texts.one_device),
            " · ",
            *sentence(texts.added, when=added),
            " · ",
            rx.cond(each.last_used_at, rx.el.span(*sentence(texts.last_used, when=used)), texts.never_used),
            class_name=style.SMALL,
        ),
        class_name="min-w-0",
    )
    rename = rx.el.button(
        texts.rename,
        type="button",
        aria_label=texts.rename_label.format(name=each.name),
        on_click=state.ask_for_name(each.id),
        class_name=style.SECONDARY,
    )
    question = texts.remove_question.format(name=each.name)
    remove = asking_button(texts.remove, question=question, why=texts.remove_why, on_confirm=state.remove(each.id))
    return rx.el.li(
        rx.el.div(icon(name="key", class_name=_ICON), about, class_name="flex min-w-0 items-start gap-3"),
        rx.el.div(rename, remove, class_name="flex gap-3"),
        key=each.id,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-5 py-4",
    )


def _switch(state: Any) -> rx.Component:
    texts = site.texts.passkeys
    return rx.el.div(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                id="ask-after-password",
                checked=state.asks_after_password,
                on_change=state.ask,
                aria_describedby="ask-after-password-why",
                class_name=style.CHECKBOX + " mt-1 shrink-0",
            ),
            texts.ask,
            class_name=style.TEXT + " flex items-start gap-2",
        ),
        rx.el.p(texts.ask_why, id="ask-after-password-why", class_name=style.SMALL + " mt-1 ml-6"),
        class_name="mt-6",
    )


def adding_dialog(state: Any) -> rx.Component:
    """It asks the browser for a new passkey."""
    texts = site.texts.passkeys
    return modal(
        rx.el.h2(texts.add_title, class_name=style.SUBHEADING + " mb-2"),
        rx.el.p(texts.add_why, class_name=style.TEXT + " mb-4"),
        notices("", about_no_field(state), state.wait),
        rx.el.div(
            rx.el.button(site.texts.confirm.cancel, type="button", on_click=state.cancel, class_name=style.SECONDARY),
            passkey_button(
                state,
                is_busy=state.is_busy,
                creates=True,
                label=texts.create,
                busy=texts.creating,
                auto_focus=True,
                class_name=style.PRIMARY,
            ),
            class_name="flex flex-wrap items-center justify-end gap-3",
        ),
        is_open=state.is_adding,
        label=texts.add_title,
        on_close=state.cancel,
        class_name=style.DIALOG,
    )


def naming_dialog(state: Any) -> rx.Component:
    """The form for the name of a passkey."""
    texts = site.texts.passkeys
    return modal(
        rx.el.h2(texts.name_title, class_name=style.SUBHEADING + " mb-4"),
        notices("", about_no_field(state), state.wait),
        auth_form(
            text_field(
                texts.name,
                "device_name",
                hint=texts.name_hint,
                auto_complete="off",
                required=True,
                max_length=NAME_MAXIMUM_LENGTH,
                default_value=state.old_name,
                auto_focus=True,
                error=beside(state, "device_name"),
            ),
            dialog_buttons(texts.save, texts.saving, is_busy=state.is_busy, on_cancel=state.cancel),
            on_submit=state.rename,
            is_busy=rx.Var.create(False),
        ),
        is_open=state.naming != "",
        label=texts.name_title,
        on_close=state.cancel,
        class_name=style.DIALOG,
    )
