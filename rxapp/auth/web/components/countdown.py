"""How long somebody has to wait, in words that count down by themselves."""

import reflex as rx

from rxapp.auth.web.components.own import OwnComponent


class Countdown(OwnComponent):
    """`seconds` from now; `on_done` fires when they are over."""

    tag = "Countdown"
    script = "countdown.js"

    seconds: rx.Var[int]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


countdown = Countdown.create
