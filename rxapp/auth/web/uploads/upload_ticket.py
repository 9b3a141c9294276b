"""The client component that gets a ticket for each upload and sends it with the upload."""

from typing import Any

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class UploadTicket(OwnComponent):
    """Invisible. `on_ask` fires when an upload waits for a ticket. The next new `ticket` is sent with it."""

    tag = "UploadTicket"

    ticket: rx.Var[dict[str, Any]]
    on_ask: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("upload_ticket.js", shared=True).importable_path
