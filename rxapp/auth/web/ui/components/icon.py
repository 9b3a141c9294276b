"""An icon, for the eye alone: the words beside it say the same."""

import reflex as rx

from rxapp.auth.web.ui.components.component_base import OwnComponent


class Icon(OwnComponent):
    """`name` is one of those in `icon.js`. Its colour is that of the text, its size a class such as `size-5`."""

    tag = "Icon"

    name: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("icon.js", shared=True).importable_path


icon = Icon.create
