"""What the page behind the links shows for each purpose: a sentence, and the button that does it."""

from typing import Any

import reflex as rx

from rxapp.auth.features.email.rules.proof_rows import Purpose
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.onward_link import onward_link
from rxapp.auth.web.ui.interpolation import sentence

ELSEWHERE, FOR_ANOTHER = "login_elsewhere", "confirm_elsewhere"
"""In place of a purpose: the link belongs to another browser, or to an account that is not logged in here."""


def link_views(state: Any) -> rx.Component:
    """The view of the purpose. `state` is `MailLinkState`."""
    texts = site.texts.mail_link
    shown = rx.match(
        state.purpose,
        (Purpose.RESET.value, _one(state, texts.reset, texts.reset_button, state.log_in)),
        (Purpose.INVITE.value, _one(state, texts.invite, texts.invite_button, state.log_in)),
        (Purpose.LOGIN.value, _one(state, texts.login, texts.login_button, state.log_in)),
        (ELSEWHERE, _elsewhere(state)),
        (Purpose.CONFIRM.value, _one(state, texts.confirm, texts.confirm_button, state.confirm)),
        (FOR_ANOTHER, _for_another()),
        (Purpose.UNDO.value, _one(state, texts.undo, texts.undo_button, state.undo, why=texts.undo_why)),
        (Purpose.DISOWN.value, _one(state, texts.disown, texts.disown_button, state.disown, why=texts.disown_why)),
        rx.cond(state.said + state.error, link(texts.to_the_start, to=site.home_route, class_name=style.LINK)),
    )
    return rx.fragment(shown)


def _one(state: Any, text: str, label: str, on_click: Any, *, why: str = "") -> rx.Component:
    return rx.fragment(
        _sentence(state, text),
        rx.el.p(why, class_name=style.SMALL + " mb-4") if why else rx.fragment(),
        _button(state, label, on_click),
    )


def _sentence(state: Any, text: str) -> rx.Component:
    parts = {"user_name": rx.el.strong(state.user_name), "address": rx.el.strong(state.address)}
    return rx.el.p(*sentence(text, **parts), class_name=style.TEXT + " mb-4 break-words")


def _button(state: Any, label: str, on_click: Any, class_name: str = style.SUBMIT) -> rx.Component:
    return rx.el.button(
        rx.cond(state.is_busy, site.texts.mail_link.busy, label),
        type="button",
        on_click=on_click,
        disabled=state.is_busy,
        class_name=class_name,
    )


def _elsewhere(state: Any) -> rx.Component:
    texts = site.texts.mail_link
    where = sentence(texts.elsewhere_device, device=state.device, network=state.network)
    code = rx.el.p(state.code, class_name=style.HEADING + " my-4 text-center font-mono tracking-widest", role="status")
    ask = rx.el.div(
        _button(state, texts.show_code, state.show_code),
        _button(state, texts.not_me_button, state.refuse, style.DANGER + " w-full"),
        class_name="space-y-3",
    )
    return rx.fragment(
        _sentence(state, texts.elsewhere),
        rx.el.p(*where, class_name=style.STRONG + " mb-4 break-words"),
        rx.el.p(texts.elsewhere_why, class_name=style.SMALL + " mb-4"),
        rx.cond(state.code, code, ask),
    )


def _for_another() -> rx.Component:
    texts = site.texts.mail_link
    return rx.fragment(
        rx.el.p(texts.confirm_elsewhere, class_name=style.TEXT + " mb-4"),
        onward_link(texts.log_in, to=site.login_route, class_name=style.PRIMARY),
    )
