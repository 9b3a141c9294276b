"""The client component that gets a ticket for each upload and sends it along."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class UploadTicket(OwnComponent):
    """Invisible. `on_ask` fires when an upload waits for a ticket, and the next new `ticket` goes with it."""

    tag = "UploadTicket"

    ticket: rx.Var[dict[str, Any]]
    on_ask: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The file beside this one."""
        return rx.asset("upload_ticket.js", shared=True).importable_path
