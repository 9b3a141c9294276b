"""Texts with something in them that is known in the browser only."""

from string import Formatter
from typing import Any

import reflex as rx

from rxapp.auth.web.texts import Counted


def sentence(text: str, **parts: Any) -> list[Any]:
    """The text in pieces, with components or vars in place of its placeholders."""
    pieces: list[Any] = []
    for words, name, _, _ in Formatter().parse(text):
        pieces += [words] if words else []
        pieces += [parts[name]] if name else []
    return pieces


def counted(text: Counted, count: Any) -> Any:
    """The text for a number that is a var."""
    none = [(0, text.none)] if text.none else []
    return rx.match(count, *none, (1, text.one), text.other.format(count=count))
