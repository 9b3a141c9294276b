"""Skeletons (Unicode UTS 39 §4): two texts that look alike have the same skeleton.

The data come from `confusable_homoglyphs`, which lists the confusable characters for each character (decision 31).
"""

import unicodedata
from functools import cache

_LEFT_TO_RIGHT = "\u200e"
"""Unicode's file puts this mark around examples of right-to-left scripts, and the library kept it."""

_STEPS = 3
"""A prototype's characters may have prototypes themselves. In the data, no chain is longer."""


def skeleton(text: str) -> str:
    """The decomposed text, with each character replaced by the prototype of all characters that look like it."""
    for _ in range(_STEPS):
        text = unicodedata.normalize("NFD", "".join(map(_prototype, unicodedata.normalize("NFD", text))))
    return text


def script_of(character: str) -> str:
    """The name of the character's script, such as `LATIN`; `COMMON` or `INHERITED` for characters of all scripts."""
    from confusable_homoglyphs import categories  # noqa: PLC0415  2 MB of data, for registrations only

    return categories.alias(character)


def _prototype(character: str) -> str:
    looks_like = _confusables().get(character, [])
    if len(looks_like) != 1:
        return character  # it is a prototype itself, or nothing looks like it
    other = looks_like[0]
    if len(other) > 1 or len(_confusables().get(other, [])) > 1:
        return other
    return min(character, other)  # the library does not say which of the two is the prototype


@cache
def _confusables() -> dict[str, list[str]]:
    from confusable_homoglyphs import confusables  # noqa: PLC0415

    return {
        character: [each["c"].strip(_LEFT_TO_RIGHT) for each in others]
        for character, others in confusables.confusables_data.items()
        if len(character) == 1
    }
