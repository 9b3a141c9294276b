"""A moment as a person reads it: "5 minutes ago", in their language, with the exact time in their own zone on hover."""

import reflex as rx

from rxapp.auth.web.components.own import OwnComponent


class TimeAgo(OwnComponent):
    """`at` and `now` in ISO 8601. `now` is the server's time: the browser's own clock may be wrong."""

    tag = "TimeAgo"
    script = "time_ago.js"

    at: rx.Var[str]
    now: rx.Var[str]


time_ago = TimeAgo.create
