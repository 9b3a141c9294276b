"""A script whose text is a part of each page, so that it runs before the scripts that are loaded."""

import reflex as rx


class InlineScript(rx.Component):
    """The script's text is in the prerendered page, unescaped."""

    tag = '"script"'

    dangerouslySetInnerHTML: rx.Var[dict[str, str]]  # noqa: N815  React's own name

    @classmethod
    def of(cls, text: str) -> rx.Component:
        """The script with this text."""
        return cls.create(dangerouslySetInnerHTML={"__html": text})
