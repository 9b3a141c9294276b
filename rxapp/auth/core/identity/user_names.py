"""User names as compared and as allowed, and the one role that is ours."""

import re
import unicodedata

ADMIN_ROLE = "Admin"
"""The one role that `rxapp.auth` itself knows."""

USER_NAME_MAXIMUM_LENGTH = 64
DISPLAY_NAME_MAXIMUM_LENGTH = 128
USER_NAME_KEY_MAXIMUM_LENGTH = 256
SEARCH_KEY_MAXIMUM_LENGTH = 1024
"""One character of a name may be many of its key: U+FDFA is eighteen."""

FOLDED_MAXIMUM_LENGTH = 256
"""Characters that are folded: as many as a password or the user name in a request may have.

Normalization sorts combining marks one by one, so its time grows with the square of their number, and no other thread runs
meanwhile: 250 KB took 18 seconds.
"""

KEY_OF_NOBODY = "\0"
"""The key of every longer text. No user has it, for it cannot be stored."""

_NEVER_SHOWN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: with or without them a name looks the same."""


def user_name_key(user_name: str) -> str:
    """The form in which names are compared: two names that a person reads as the same are the same.

    Compatibility caseless matching (Unicode §3.13, D147), without what is never shown (as in NFKC_Casefold), composed again.
    A text of more than `FOLDED_MAXIMUM_LENGTH` characters is nobody's name, and has the key `KEY_OF_NOBODY`.
    """
    if len(user_name) > FOLDED_MAXIMUM_LENGTH:
        return KEY_OF_NOBODY
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", user_name).casefold()).casefold()
    return unicodedata.normalize("NFKC", _NEVER_SHOWN.sub("", folded)).strip()


def is_never_shown(text: str) -> bool:
    """Whether there is anything in the text that leaves no trace where it is shown."""
    return _NEVER_SHOWN.search(text) is not None


def may_be_in_a_name(key: str) -> bool:
    """False for what no name's key contains; databases fail on NUL, on half a character, or on very long patterns."""
    return key.isprintable() and len(key) <= SEARCH_KEY_MAXIMUM_LENGTH
