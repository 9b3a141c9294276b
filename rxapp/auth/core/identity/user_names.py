"""How user names are compared and limited, and the name of the administrators' role."""

import re
import unicodedata

ADMIN_ROLE = "Admin"
"""The only role that `rxapp.auth` itself uses."""

USER_NAME_MAXIMUM_LENGTH = 64
DISPLAY_NAME_MAXIMUM_LENGTH = 128
USER_NAME_KEY_MAXIMUM_LENGTH = 256
SEARCH_KEY_MAXIMUM_LENGTH = 1024
"""A key is longer than its name: the one character U+FDFA becomes eighteen."""

FOLDED_MAXIMUM_LENGTH = 256
"""Characters. A longer text is not folded; a password or a user name in a request has at most so many.

Normalization sorts combining marks one by one. Its time grows with the square of their number, and it blocks all other threads:
250 KB took 18 seconds.
"""

UNMATCHABLE_KEY = "\0"
"""The key of every longer text. It matches no user, because the database cannot store it."""

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: a name looks the same with and without these characters."""


def user_name_key(user_name: str) -> str:
    """The form in which names are compared: two names that read the same have the same key.

    Compatibility caseless matching (Unicode §3.13, D147), without invisible characters (as in NFKC_Casefold), composed again.
    A text of more than `FOLDED_MAXIMUM_LENGTH` characters cannot be a name. Its key is `UNMATCHABLE_KEY`.
    """
    if len(user_name) > FOLDED_MAXIMUM_LENGTH:
        return UNMATCHABLE_KEY
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", user_name).casefold()).casefold()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", folded)).strip()


def has_invisible_characters(text: str) -> bool:
    """Whether the text has characters that nobody sees on a screen."""
    return _INVISIBLE.search(text) is not None


def is_searchable(key: str) -> bool:
    """False if no name's key can contain this text. Databases fail on NUL, half of a surrogate pair and long patterns."""
    return key.isprintable() and len(key) <= SEARCH_KEY_MAXIMUM_LENGTH
