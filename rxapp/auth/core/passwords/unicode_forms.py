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
    """The forms of which a hash may have been made, the most likely one first. Older releases hashed what the keyboard sent.

    Their number depends on the typed password only, so the time to try them tells nothing of the stored one.
    """
    if len(password) > LONGEST:
        return (password,)
    return tuple(dict.fromkeys((hashed_form(password), unicodedata.normalize("NFD", password), password)))
