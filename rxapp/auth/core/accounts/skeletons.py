"""What a text looks like: its skeleton (Unicode UTS 39 §4), the same for texts that a reader takes for one another.

The data are those of `confusable_homoglyphs`, which lists for each character what it is mistaken for (decision 31).
"""

import unicodedata
from functools import cache

_LEFT_TO_RIGHT = "\u200e"
"""Unicode's file puts it around examples of right-to-left scripts, and the library has kept it."""

_STEPS = 3
"""A prototype may be made of characters that have another one. In the data no chain is longer."""


def skeleton(text: str) -> str:
    """The text with each character as the one that stands for all that look like it, decomposed."""
    for _ in range(_STEPS):
        text = unicodedata.normalize("NFD", "".join(map(_prototype, unicodedata.normalize("NFD", text))))
    return text


def script_of(character: str) -> str:
    """The name of its script, such as `LATIN`; `COMMON` or `INHERITED` for what goes with all."""
    from confusable_homoglyphs import categories  # noqa: PLC0415  2 MB of data, for registrations only

    return categories.alias(character)


def _prototype(character: str) -> str:
    looks_like = _confusables().get(character, [])
    if len(looks_like) != 1:
        return character  # it is a prototype itself, or like nothing else
    other = looks_like[0]
    if len(other) > 1 or len(_confusables().get(other, [])) > 1:
        return other
    return min(character, other)  # the library does not say which of two stands for both


@cache
def _confusables() -> dict[str, list[str]]:
    from confusable_homoglyphs import confusables  # noqa: PLC0415

    return {
        character: [each["c"].strip(_LEFT_TO_RIGHT) for each in others]
        for character, others in confusables.confusables_data.items()
        if len(character) == 1
    }
