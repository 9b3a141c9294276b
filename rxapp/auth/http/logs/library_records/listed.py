"""What may be logged of a library's message: an allow list. A message that is not listed is not shown.

A message is shown if it is a constant in the function that logs it, because then nothing from outside is in it. The values for
its gaps are left out. For any other message, `sentences.py` has a sentence, or only its place is logged.
"""

import re

from rxapp.auth.http.logs.library_records.places import Place
from rxapp.auth.http.logs.library_records.sentences import COMPILED_MESSAGES, HANDLE_NO_REQUESTS, SENTENCES, STATEMENTS, Sentence

GAP = "…"
"""Replaces a value in a library's message."""

_FIELD = re.compile(r"%(?:\(\w+\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?[diouxXeEfFgGcrsa]")
"""A conversion of printf-style formatting."""


class Listed(str):
    """A message that was checked. A second check would not find it in any source code, so there is none."""

    __slots__ = ()


def handles_no_requests(place: Place) -> bool:
    """Whether nothing from a request reaches the place. Then its messages and exceptions are shown in full."""
    return place.module.startswith(HANDLE_NO_REQUESTS)


def listed(place: Place, message: object, *, has_values: bool, in_development: bool) -> Sentence:
    """What is logged instead of `message`, which may be any object. `has_values` says that it is a format with values."""
    sentence = SENTENCES.get((place.module, place.function))
    text = message if isinstance(message, str) else ""
    without_values = _FIELD.sub(GAP, text).replace("%%", "%") if has_values else text
    if sentence is not None:
        return Sentence(_filled(sentence.text, place), sentence.exception, is_counted=sentence.is_counted)
    if place.has_constant(text):
        return Sentence(without_values)
    if in_development and place.module == STATEMENTS:
        return Sentence(without_values, is_counted=False)
    if place.is_compiled and (said := COMPILED_MESSAGES.match(text)):
        return Sentence(said[0])
    return Sentence(f"A message of {place.module}:{place.function}, not shown because it may contain what was sent.")


def _filled(text: str, place: Place) -> str:
    """The text with its values. If another version of Reflex has other variable names, the text keeps its gaps."""
    try:
        return text.format_map(place.variables)
    except (KeyError, AttributeError, IndexError, TypeError, ValueError):
        return re.sub(r"\{[^}]*\}", GAP, text)
