"""A popover of the browser, below the button that has its id as `popoverTarget`."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Popover(OwnComponent):
    """A navigation that is shown while it is open. `aria_label` names it."""

    tag = "Popover"

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("popover.js", shared=True).importable_path


popover = Popover.create
