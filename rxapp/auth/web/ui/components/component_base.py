"""What our client components have in common: each is one JavaScript file beside its Python file."""

from typing import Any

import reflex as rx


class OwnComponent(rx.Component):
    """A component whose code is a JavaScript file of ours."""

    @classmethod
    def script(cls) -> str:
        """Link the file into the app that is being compiled, and return the path to import it by.

        Each component says it itself, because `rx.asset` looks beside the file that calls it.
        """
        raise NotImplementedError

    @classmethod
    def create(cls, *children: Any, **props: Any) -> rx.Component:
        """The component, with its script linked into the app that is being compiled."""
        component = super().create(*children, **props)
        component.library = cls.script()
        return component
