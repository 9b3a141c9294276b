"""The views of the section with a person's own second factors. `state` is `AppsState`."""

from typing import Any

import reflex as rx

from rxapp.auth.core.login.factor_names import NAME_MAXIMUM_LENGTH
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.asking_button import asking_button
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.modal import modal
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.fields import about_no_field, beside, notices, section, text_field
from rxapp.auth.web.ui.forms import auth_form, dialog_buttons
from rxapp.auth.web.ui.interpolation import counted, sentence

_ICON = style.themed("mt-0.5 size-6 shrink-0 text-@muted")
_MONO = style.themed("font-mono text-sm text-@strong ")


def apps(state: Any) -> rx.Component:
    """The list of the apps, and the button that adds one."""
    texts = site.texts.security
    return section(
        texts.apps,
        rx.el.p(rx.cond(state.devices.length() > 0, texts.some, texts.none), class_name=style.TEXT),
        rx.el.ul(
            rx.foreach(state.devices, lambda device: _app(state, device)),
            aria_label=texts.apps,
            class_name=style.ROWS + " mt-4 empty:hidden",
        ),
        rx.el.button(texts.add, type="button", on_click=state.begin, class_name=style.PRIMARY + " mt-4"),
    )


def _app(state: Any, device: Any) -> rx.Component:
    texts = site.texts.security
    added, used = time_ago(at=device.created_at, now=state.now), time_ago(at=device.last_used_at, now=state.now)
    about = rx.el.div(
        rx.el.p(device.name, class_name=style.STRONG + " break-words"),
        rx.el.p(
            *sentence(texts.added, when=added),
            " · ",
            rx.cond(device.last_used_at, rx.el.span(*sentence(texts.last_used, when=used)), texts.never_used),
            class_name=style.SMALL,
        ),
        class_name="min-w-0",
    )
    rename = rx.el.button(
        texts.rename,
        type="button",
        aria_label=texts.rename_label.format(name=device.name),
        on_click=state.ask_for_name(device.id),
        class_name=style.SECONDARY,
    )
    question = texts.remove_question.format(name=device.name)
    remove = asking_button(texts.remove, question=question, why=texts.remove_why, on_confirm=state.remove(device.id))
    return rx.el.li(
        rx.el.div(icon(name="phone", class_name=_ICON), about, class_name="flex min-w-0 items-start gap-3"),
        rx.el.div(rename, remove, class_name="flex gap-3"),
        key=device.id,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-5 py-4",
    )


def adding_dialog(state: Any) -> rx.Component:
    """The QR code, the link and the key, and the form for the app's first code."""
    texts = site.texts.security
    return modal(
        rx.el.h2(texts.add_title, class_name=style.SUBHEADING + " mb-2"),
        secret_view(state),
        notices("", about_no_field(state), state.wait),
        auth_form(
            _name_field(state, site.texts.security.default_name),
            text_field(
                texts.code,
                "code",
                auto_complete="one-time-code",
                input_mode="numeric",
                pattern="[0-9 ]{6,9}",
                max_length=9,
                required=True,
                error=beside(state, "code"),
            ),
            dialog_buttons(texts.confirm, texts.confirming, is_busy=state.is_busy, on_cancel=state.cancel),
            on_submit=state.add,
            is_busy=state.is_busy,
        ),
        is_open=state.is_adding,
        label=texts.add_title,
        on_close=state.cancel,
        class_name=style.DIALOG,
    )


def renaming_dialog(state: Any) -> rx.Component:
    """The form for another name of an app."""
    texts = site.texts.security
    return modal(
        rx.el.h2(texts.rename_title, class_name=style.SUBHEADING + " mb-4"),
        notices("", about_no_field(state), state.wait),
        auth_form(
            _name_field(state, state.old_name),
            dialog_buttons(texts.save, texts.saving, is_busy=state.is_busy, on_cancel=state.cancel),
            on_submit=state.rename,
            is_busy=rx.Var.create(False),
        ),
        is_open=state.renaming != "",
        label=texts.rename_title,
        on_close=state.cancel,
        class_name=style.DIALOG,
    )


def recovery(state: Any) -> rx.Component:
    """How many recovery codes are left, new ones if they were just made, and the button that makes new ones."""
    texts = site.texts.security
    return section(
        texts.recovery,
        rx.el.p(texts.recovery_why, class_name=style.TEXT),
        rx.cond(
            state.recovery_codes.length() > 0,
            codes_view(state.recovery_codes, on_download=state.download_codes, on_stored=state.hide_codes),
            rx.fragment(
                rx.el.p(counted(texts.left, state.codes_left), class_name=style.STRONG + " mt-2 mb-4"),
                asking_button(texts.renew, question=texts.renew_question, why=texts.renew_why, on_confirm=state.renew_codes),
            ),
        ),
    )


def secret_view(state: Any) -> rx.Component:
    """A new secret as a QR code, as a link and as text."""
    texts = site.texts.security
    return rx.fragment(
        rx.el.p(texts.scan, class_name=style.SMALL + " mb-4"),
        _qr_code(state),
        rx.el.p(rx.el.a(texts.open_link, href=state.uri, class_name=style.LINK), class_name="mb-4 text-center text-sm"),
        rx.el.p(texts.secret, class_name=style.SMALL),
        rx.el.p(rx.el.code(state.secret), class_name=_MONO + "mb-4 break-words select-all"),
    )


def codes_view(codes: Any, *, on_download: Any, on_stored: Any) -> rx.Component:
    """New recovery codes, which are shown once, and what a person does with them."""
    texts = site.texts.security

    def button(label: str, on_click: Any, look: str = style.SECONDARY) -> rx.Component:
        return rx.el.button(label, type="button", on_click=on_click, class_name=look)

    return rx.el.div(
        rx.el.p(texts.shown_once, role="status", class_name=style.NEUTRAL_NOTICE + " mt-4"),
        rx.el.ul(
            rx.foreach(codes, lambda code: rx.el.li(code, key=code)),
            aria_label=texts.codes_label,
            class_name=_MONO + "my-4 grid grid-cols-1 gap-2 select-all sm:grid-cols-2",
        ),
        rx.el.div(
            button(texts.copy, rx.set_clipboard(codes.join("\n"))),
            button(texts.download, on_download),
            button(texts.print, rx.run_script("window.print()")),
            button(texts.stored, on_stored, style.PRIMARY),
            class_name="flex flex-wrap gap-3 print:hidden",
        ),
    )


def _qr_code(state: Any) -> rx.Component:
    """Black on white in the dark too: not every app reads it the other way round.

    Reflex makes a style of what is no prop of its `svg`, and styles bring 8 KB of Emotion to every page.
    """
    return rx.el.svg(
        rx.el.path(d=state.qr_path, class_name="fill-black"),
        view_box=f"0 0 {state.qr_size} {state.qr_size}",
        role="img",
        aria_label=site.texts.security.qr_code,
        custom_attrs={"shapeRendering": "crispEdges"},
        class_name="mx-auto mb-3 size-48 bg-white",
    )


def _name_field(state: Any, name: Any) -> rx.Component:
    texts = site.texts.security
    return text_field(
        texts.name,
        "device_name",
        hint=texts.name_hint,
        auto_complete="off",
        required=True,
        max_length=NAME_MAXIMUM_LENGTH,
        default_value=name,
        error=beside(state, "device_name"),
    )
