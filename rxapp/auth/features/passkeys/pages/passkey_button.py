"""The button that asks the browser for a passkey, and what a state of a page keeps for it."""

from typing import Any

import reflex as rx

from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.login.passkey_errors import WrongPasskey
from rxapp.auth.features.passkeys.rules.ceremonies import RENEWED_AFTER_SECONDS, read_answer
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.component_base import OwnComponent


class PasskeyButton(OwnComponent):
    """`on_answer` gets the browser's answer to `options` as JSON text, and `on_fail` the name of its error.

    `on_stale` asks for other options. With `autofills` the browser also offers passkeys in the fields of the page, and with
    `creates` it makes a new one. Where it has no passkeys, the sentence `unsupported` is in place of the button.
    """

    tag = "PasskeyButton"

    options: rx.Var[dict[str, Any]]
    creates: rx.Var[bool]
    autofills: rx.Var[bool]
    is_busy: rx.Var[bool]
    auto_focus: rx.Var[bool]
    label: rx.Var[str]
    busy: rx.Var[str]
    unsupported: rx.Var[str]
    note_class: rx.Var[str]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_fail: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_stale: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("passkey_button.js", shared=True).importable_path


class PasskeySignals(OwnComponent):
    """Invisible. Tells the person's authenticators what `command` says, when its id changes."""

    tag = "PasskeySignals"

    command: rx.Var[dict[str, Any]]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("passkey_signals.js", shared=True).importable_path


class Prompting(rx.State, mixin=True):  # type: ignore[call-arg]  # the keyword is Reflex's own
    """A part of each state with a `passkey_button`.

    The page takes one answer to the challenge that it shows, and none to another: not even to one that the server has issued.
    """

    options: dict[str, Any] = {}

    _challenge: str = ""

    def _offer(self, options: dict[str, Any]) -> None:
        self._challenge, self.options = options["challenge"], {"publicKey": options, "renewAfter": RENEWED_AFTER_SECONDS}

    def _take(self, answer: str) -> str:
        """The answer, if it belongs to the challenge of this page. Raises `WrongPasskey`, and what `read_answer` raises."""
        expected, self._challenge = self._challenge, ""
        text = answer if isinstance(answer, str) else ""
        if not expected or base64url(read_answer(text, get_service().settings).challenge) != expected:
            raise WrongPasskey
        return text


def why_failed(error_name: str) -> str:
    """The sentence for an error of the browser. It does not say whether there was no passkey, or the person wanted none."""
    texts = site.texts.passkeys
    if error_name in ("NotAllowedError", "AbortError"):
        return texts.cancelled
    return texts.wrong_address if error_name == "SecurityError" else texts.failed


def passkey_button(state: Any, *, is_busy: Any, label: str = "", busy: str = "", class_name: str, **props: Any) -> rx.Component:
    """The button. `state` is `Prompting`, with handlers `begin`, `answer` and `fail`."""
    texts = site.texts.passkeys
    return PasskeyButton.create(
        options=state.options,
        is_busy=is_busy,
        label=label or texts.use,
        busy=busy or texts.busy,
        unsupported=texts.unsupported,
        note_class=style.SMALL,
        on_answer=state.answer,
        on_fail=state.fail,
        on_stale=state.begin,
        class_name=class_name,
        **{"on_mount": state.begin} | props,
    )
