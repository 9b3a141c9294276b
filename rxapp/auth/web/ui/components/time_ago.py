"""A time as people say it: "5 minutes ago", in the page's language, with the exact time in the person's own zone on hover."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class TimeAgo(OwnComponent):
    """`at` and `now` in ISO 8601. `now` is the server's time: the browser's own clock may be wrong."""

    tag = "TimeAgo"

    at: rx.Var[str]
    now: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("time_ago.js", shared=True).importable_path


time_ago = TimeAgo.create
