"""How long somebody has to wait, in words that count down by themselves."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Countdown(OwnComponent):
    """`seconds` from now; `on_done` fires when they are over.

    `words` has `minutes` and `seconds`, each with `one` and `other`, and what is said at the end, `now`.
    """

    tag = "Countdown"

    seconds: rx.Var[int]
    words: rx.Var[dict[str, Any]]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The file beside this one."""
        return rx.asset("countdown.js", shared=True).importable_path


countdown = Countdown.create
