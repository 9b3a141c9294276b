"""A modal dialog: the browser's own `<dialog>`, which keeps the focus inside, closes on Escape and gives the focus back."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Modal(OwnComponent):
    """Shown while `is_open`; `on_close` fires when the person closes it."""

    tag = "Modal"

    is_open: rx.Var[bool]
    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("modal.js", shared=True).importable_path


modal = Modal.create
