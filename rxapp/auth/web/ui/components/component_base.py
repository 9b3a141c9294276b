"""The base of our client components: each has a JavaScript file next to its Python file."""

from typing import Any

import reflex as rx


class OwnComponent(rx.Component):
    """A component whose code is in our own JavaScript file."""

    @classmethod
    def script(cls) -> str:
        """Link the file into the app that is being compiled, and return its import path.

        Each component has this method itself, because `rx.asset` looks in the folder of the calling file.
        """
        raise NotImplementedError

    @classmethod
    def create(cls, *children: Any, **props: Any) -> rx.Component:
        """The component, with its script linked into the app that is being compiled."""
        component = super().create(*children, **props)
        component.library = cls.script()
        return component
