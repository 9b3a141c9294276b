"""Texts with parts that only the browser knows."""

from string import Formatter
from typing import Any

import reflex as rx

from rxapp.auth.web.texts import Counted


def sentence(text: str, **parts: Any) -> list[Any]:
    """The text in pieces: components or vars replace its placeholders."""
    pieces: list[Any] = []
    for words, name, _, _ in Formatter().parse(text):
        pieces += [words] if words else []
        pieces += [parts[name]] if name else []
    return pieces


def counted(text: Counted, count: Any) -> Any:
    """The singular or plural text for `count`, which is a var."""
    none = [(0, text.none)] if text.none else []
    return rx.match(count, *none, (1, text.one), text.other.format(count=count))
