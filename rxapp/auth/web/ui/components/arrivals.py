"""The client component that brings a person to where they wanted to go: after a log-in, and after a deployment."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Arrivals(OwnComponent):
    """Invisible. After a log-in it restores the fragment of the address; after a deployment it repeats the first click."""

    tag = "Arrivals"

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("arrivals.js", shared=True).importable_path
