"""A script or a stylesheet whose text is a part of each page, so that it counts before anything is loaded."""

from pathlib import Path

import reflex as rx


class InlineScript(rx.Component):
    """The script's text is in the prerendered page, unescaped."""

    tag = '"script"'

    dangerouslySetInnerHTML: rx.Var[dict[str, str]]  # noqa: N815  React's own name

    @classmethod
    def of(cls, file: Path) -> rx.Component:
        """The script in this file, without what only people read: it is a part of each page."""
        lines = (line.strip() for line in file.read_text().splitlines())
        text = "\n".join(line for line in lines if line and not line.startswith("//"))
        return cls.create(dangerouslySetInnerHTML={"__html": text})


class InlineStyle(rx.Component):
    """The stylesheet's text is in the prerendered page, unescaped."""

    tag = '"style"'

    dangerouslySetInnerHTML: rx.Var[dict[str, str]]  # noqa: N815  React's own name

    @classmethod
    def of(cls, text: str) -> rx.Component:
        """The stylesheet with this text."""
        return cls.create(dangerouslySetInnerHTML={"__html": text})
