"""How long somebody has to wait, in words that count down by themselves."""

from typing import Any

import reflex as rx

from rxapp.auth.web.components.own import OwnComponent


class Countdown(OwnComponent):
    """`seconds` from now; `on_done` fires when they are over.

    `words` has `minutes` and `seconds`, each with `one` and `other`, and what is said at the end, `now`.
    """

    tag = "Countdown"
    script = "countdown.js"

    seconds: rx.Var[int]
    words: rx.Var[dict[str, Any]]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


countdown = Countdown.create
