"""What may be logged of a library's message. What is not listed is not shown, so that no name can be missing from a list.

A message is shown if it stands like that in the source code of the function that logs it: nothing from outside can be in it.
The values that would be put into its gaps are left out. Any other has a sentence in `sentences.py`, or only its place is told.
"""

import re

from rxapp.auth.http.logs.library_records.places import Place
from rxapp.auth.http.logs.library_records.sentences import BEFORE_ANYBODY_COMES, OF_COMPILED_CODE, SENTENCES, STATEMENTS, Sentence

GAP = "…"
"""In place of what a library would put into its message."""

_FIELD = re.compile(r"%(?:\(\w+\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?[diouxXeEfFgGcrsa]")
"""A conversion of printf-style formatting."""


class Listed(str):
    """A message that was looked at. A second look would not find it in anybody's source code."""

    __slots__ = ()


def is_before_anybody_comes(place: Place) -> bool:
    """Whether nothing that is sent comes to the place: it may say what it likes, its exceptions too."""
    return place.module.startswith(BEFORE_ANYBODY_COMES)


def listed(place: Place, message: object, *, has_values: bool, in_development: bool) -> Sentence:
    """What is logged instead of `message`, which may be anything. `has_values` says that something is to be put into it."""
    sentence = SENTENCES.get((place.module, place.function))
    text = message if isinstance(message, str) else ""
    without_values = _FIELD.sub(GAP, text).replace("%%", "%") if has_values else text
    if sentence is not None:
        return Sentence(_filled(sentence.text, place), sentence.exception, is_counted=sentence.is_counted)
    if place.has_constant(text):
        return Sentence(without_values)
    if in_development and place.module == STATEMENTS:
        return Sentence(without_values, is_counted=False)
    if place.is_compiled and (said := OF_COMPILED_CODE.match(text)):
        return Sentence(said[0])
    return Sentence(f"A message of {place.module}:{place.function}, not shown because it may contain what was sent.")


def _filled(text: str, place: Place) -> str:
    """Another Reflex may name its variables otherwise: then the text is shown with its gaps."""
    try:
        return text.format_map(place.variables)
    except (KeyError, AttributeError, IndexError, TypeError, ValueError):
        return re.sub(r"\{[^}]*\}", GAP, text)
