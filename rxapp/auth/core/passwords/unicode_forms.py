"""The same password from different keyboards: `é` is one character on some, and `e` with a combining accent on others.

Both look the same, and nobody chooses between them. So a password is hashed in one form, NFC (decision 42).
"""

import unicodedata

LONGEST = 1_024
"""Characters. A longer text is nobody's password, and the time to normalize one can grow with the square of its length."""


def hashed_form(password: str) -> str:
    """The form of which a hash is made. Only canonically equivalent passwords have the same one."""
    return unicodedata.normalize("NFC", password) if len(password) <= LONGEST else password


def possible_forms(password: str) -> tuple[str, ...]:
    """The two forms of which a hash may have been made, or the one if both are the same. Older releases hashed what was typed.

    Whoever types the composed form may have typed the other one then. How many there are depends on the typed password only, so
    the time to try them tells nothing of the stored one.
    """
    composed = hashed_form(password)
    if password != composed or len(password) > LONGEST:
        return tuple(dict.fromkeys((composed, password)))
    return tuple(dict.fromkeys((composed, unicodedata.normalize("NFD", password))))
