"""A link between the pages on the way to a log-in. It takes along where the person wanted to go."""

import reflex as rx

from rxapp.auth.web.ui.components.arrivals import Arrivals
from rxapp.auth.web.ui.components.component_base import OwnComponent


class OnwardLink(OwnComponent):
    """Leads to the route `to`, with the `next` of the present page."""

    tag = "OnwardLink"

    to: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The script of `Arrivals`: it is on every page, so the link needs no further request."""
        return Arrivals.script()


onward_link = OnwardLink.create
