"""What our client components have in common: each is one JavaScript file beside its Python file."""

from typing import Any, ClassVar

import reflex as rx


class OwnComponent(rx.Component):
    """A component whose code is `script` in this folder."""

    script: ClassVar[str]

    @classmethod
    def create(cls, *children: Any, **props: Any) -> rx.Component:
        """The component, with its script linked into the app that is being compiled."""
        component = super().create(*children, **props)
        component.library = rx.asset(cls.script, shared=True).importable_path
        return component
