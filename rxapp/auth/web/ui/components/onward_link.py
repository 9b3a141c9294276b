"""A link between the pages on the way to a log-in. It takes along where the person wanted to go."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class OnwardLink(OwnComponent):
    """Leads to the route `to`, with the `next` of the present page."""

    tag = "OnwardLink"

    to: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("onward_link.js", shared=True).importable_path


onward_link = OnwardLink.create
