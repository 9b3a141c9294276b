"""Names as people write them in any language: what PRECIS allows in nicknames (RFC 8266) and in user names (RFC 8265).

Most characters that nobody sees are refused, because they hide or imitate. Some are part of a name: the joiners of Persian and of
Indian languages, which PRECIS allows where they change what is seen, and those inside an emoji, which it forgets.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from precis_i18n import get_profile

BLANKS = "\u2800"
"""Braille's empty cell: Unicode calls it visible, but it looks blank. `has_invisible_characters` finds the invisible ones."""

_OTHER_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Unicode's category Zs without the plain space (RFC 8266 §2.1). Line breaks are not among them."""

_SELECTORS = re.compile(r"(?<=\S)[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Variation selectors choose a form of the character before them: a coloured heart, the old form of a Chinese character."""

_PICTURE = r"[\u2190-\u27ff\u2900-\u2bff\U0001f000-\U0001faff]"
_JOINERS_IN_EMOJI = re.compile(f"(?<={_PICTURE})\u200d(?={_PICTURE})")
"""Between two pictures: a family is three or four people, joined (UTS 51 §1.4.6)."""

_SEEN_ALL_THE_SAME = re.compile(
    r"[\u00b7\u0375\u05f3\u05f4\u0660-\u0669\u06f0-\u06f9\u30fb\u1100-\u115e\u1161-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]"
)
"""PRECIS refuses these in some places, but everybody sees them: the dot between the names of many people, and old Hangul."""

_REGION_OF_FLAG = re.compile(r"(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""The invisible letters after a black flag that make it, for example, Scotland's (UTS 51 §1.4.5)."""


def display_name_in(text: str) -> str | None:
    """The nickname in the form that is kept: plain single spaces, NFKC. None if not all of it can be seen."""
    name = unicodedata.normalize("NFKC", re.sub(" +", " ", _with_plain_spaces(text).strip()))
    shown = _REGION_OF_FLAG.sub("", _JOINERS_IN_EMOJI.sub("", _SELECTORS.sub("", name)))
    if not shown.strip(f"{BLANKS} "):
        return None
    doubtful = _SEEN_ALL_THE_SAME.sub("", shown).strip()
    return name if not doubtful or _allows("NicknameCasePreserved", doubtful) else None


def user_name_in(text: str) -> str | None:
    """The user name with plain spaces. None if a word has characters that nobody sees, and RFC 8265 refuses it."""
    name = _with_plain_spaces(text).strip()
    return name if all(word.isprintable() or _allows("UsernameCasePreserved", word) for word in name.split(" ")) else None


def _with_plain_spaces(text: str) -> str:
    return _OTHER_SPACES.sub(" ", text)


def _allows(profile: str, text: str) -> bool:
    try:
        _profile(profile).enforce(text)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _profile(name: str) -> Any:
    return get_profile(name)
