"""A text that says how long to wait, and counts down by itself."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Countdown(OwnComponent):
    """Counts down `seconds`. `on_done` fires at the end.

    `words` has `minutes` and `seconds`, each with `one` and `other`, and `now`, the text at the end.
    """

    tag = "Countdown"

    seconds: rx.Var[int]
    words: rx.Var[dict[str, Any]]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("countdown.js", shared=True).importable_path


countdown = Countdown.create
