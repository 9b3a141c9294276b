"""The parts of forms: labelled fields, notices that a screen reader announces, a card around a form."""

from dataclasses import asdict
from typing import Any, Unpack

import reflex as rx

from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.countdown import countdown
from rxapp.auth.web.ui.forms import show_password_button
from rxapp.auth.web.ui.logo import logo
from rxapp.auth.web.ui.slots import Slots


def text_field(label: str, name: str, *, hint: Any = None, error: Any = None, **props: Any) -> rx.Component:
    """A text input with its label, an optional hint below, and the error if what was typed is refused."""
    return _labelled(label, name, rx.el.input(**_input_props(name, hint, error, {"type": "text"} | props)), hint, error)


def password_field(label: str, name: str, *, hint: Any = None, error: Any = None, **props: Any) -> rx.Component:
    """A password input with its label and a button that shows the password. Pasting always works (ASVS 6.2.7)."""
    given = {"type": "password", "required": True, "max_length": 1024, "class_name": style.FIELD + " pr-16"} | props
    box = rx.el.div(
        rx.el.input(**_input_props(name, hint, error, given)),
        show_password_button(name, class_name=style.QUIET),
        class_name="relative",
    )
    return _labelled(label, name, box, hint, error)


def code_field(name: str, error: Any = None, *, label: str = "") -> rx.Component:
    """Phones offer the code above the keyboard, and show digits. A password manager fills it in. The default is one of an app."""
    return text_field(
        label or site.texts.second_factor.code,
        name,
        auto_complete="one-time-code",
        input_mode="numeric",
        pattern="[0-9 ]{6,9}",
        max_length=9,
        required=True,
        auto_focus=True,
        error=error,
    )


def _input_props(name: str, hint: Any, error: Any, props: dict[str, Any]) -> dict[str, Any]:
    about = [f"{name}-{part}" for part, text in (("hint", hint), ("error", error)) if text is not None]
    described = {"aria_describedby": " ".join(about)} if about else {}
    judged = {"aria_invalid": rx.cond(error, "true", "false")} if error is not None else {}
    return {"id": name, "name": name, "class_name": style.FIELD} | described | judged | props


def _labelled(label: str, name: str, control: rx.Component, hint: Any, error: Any) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=style.LABEL),
        control,
        rx.el.p(hint, id=f"{name}-hint", class_name=style.SMALL + " mt-1.5") if hint is not None else rx.fragment(),
        _error_below(name, error) if error is not None else rx.fragment(),
        class_name="mb-4",
    )


def _error_below(name: str, error: Any) -> rx.Component:
    """A live region, in the page from the start: screen readers ignore one added with its text."""
    return rx.el.div(rx.cond(error, rx.el.p(error, class_name=style.WRONG)), id=f"{name}-error", role="alert")


def beside(state: Any, name: str) -> rx.Var[str]:
    """The state's `error` if it is about the field of that name, which is in its `wrong`; else empty."""
    return rx.cond(state.wrong == name, state.error, "")


def about_no_field(state: Any) -> rx.Var[str]:
    """The state's `error` if it is about no single field; else empty."""
    return rx.cond(state.wrong, "", state.error)


def notices(
    message: rx.Var[str] | str, error: rx.Var[str] | str, wait: Any = 0, *, is_success: bool = False, **props: Any
) -> rx.Component:
    """Live regions for a message and an error, in the page from the start: screen readers ignore one added with its text.

    With `is_success`, the message says that something was done.
    `wait` is the number of seconds until the next attempt. It is outside the alert: screen readers would announce each second.
    """
    of_message = style.SUCCESS_NOTICE if is_success else style.NEUTRAL_NOTICE
    return rx.el.div(
        rx.el.div(rx.cond(message, rx.el.p(message, class_name=of_message + " mb-4")), role="status"),
        rx.el.div(rx.cond(error, rx.el.p(error, class_name=style.ALARM_NOTICE + " mb-4")), role="alert"),
        rx.cond(wait, waiting_time(seconds=wait, class_name=style.SMALL + " mb-4")),
        **props,
    )


def waiting_time(*, seconds: Any, **props: Any) -> rx.Component:
    """The time until the next attempt, counting down."""
    texts = site.texts.notices
    minutes, in_seconds = asdict(texts.try_again_in_minutes), asdict(texts.try_again_in_seconds)
    return countdown(seconds=seconds, words={"minutes": minutes, "seconds": in_seconds, "now": texts.try_again_now}, **props)


def form_page(own_title: str, /, *content: Any, subtitle: str = "", **slots: Unpack[Slots]) -> rx.Component:
    """A page with one card in the middle. In the subtitle, `{app}` is the app's name."""
    below = rx.el.p(subtitle.format(app=get_service().settings.app_name), class_name="mt-1 " + style.SMALL)
    return rx.el.main(
        rx.el.div(
            slots.get("logo") or logo(site.look),
            rx.el.h1(slots.get("title") or own_title, class_name=style.TITLE),
            below if subtitle else rx.fragment(),
            rx.el.div(*content, class_name="mt-6"),
            class_name="w-full max-w-sm p-8 " + style.RAISED,
        ),
        class_name="flex items-center justify-center px-4 py-12 " + style.LIT_PAGE,
    )


def section(title: str, *content: Any) -> rx.Component:
    """A titled card on a page."""
    return rx.el.section(
        rx.el.h2(title, class_name=style.SUBHEADING + " mb-4"), *content, aria_label=title, class_name="mt-6 p-6 " + style.CARD
    )
