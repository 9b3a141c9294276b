"""Whether a secret looks random. Attackers first try the secrets that people make up or copy."""

import re

from zxcvbn import zxcvbn

MINIMUM_DIFFERENT_CHARACTERS = 8
"""The shortest secret that passes has 22 hexadecimal digits. If random, it has fewer different ones once in 5,000 times."""

MINIMUM_GUESSES_LOG10 = 16
"""zxcvbn's estimate. Repeats, sequences and keyboard rows stay below 10^13; 22 random hexadecimal digits are above 10^19."""

_ESTIMATED_LENGTH = 48
"""Characters. The estimate takes milliseconds for so many, and longer for more. It finds a repeat within them."""

PLACEHOLDERS = (
    "changeme", "changeit", "replaceme", "placeholder", "yoursecret", "yourkey", "secret", "password", "passphrase", "example",
    "insecure", "default", "letmein", "qwerty", "12345678",
)  # fmt: skip
"""Compared without punctuation. A random key of 64 characters contains one of them once in a million times."""

PUBLISHED = ("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",)
"""Random keys that were published: the one in FastAPI's tutorial about JWT."""


def why_guessable(secret: str) -> str:
    """Why others could guess the secret: the end of a sentence that begins with the setting's name. Empty if it looks random.

    The answer contains no part of the secret.
    """
    plain = re.sub(r"[^a-z0-9]", "", secret.lower())
    if secret.lower() in PUBLISHED or any(word in plain for word in PLACEHOLDERS):
        return "is a placeholder or an example"
    if len(set(secret)) < MINIMUM_DIFFERENT_CHARACTERS:
        return f"has fewer than {MINIMUM_DIFFERENT_CHARACTERS} different characters, so it is not random"
    if _is_repeated(secret):
        return "repeats one piece"
    if float(zxcvbn(secret[:_ESTIMATED_LENGTH])["guesses_log10"]) < MINIMUM_GUESSES_LOG10:
        return "is a sequence, or words that are easy to guess"
    return ""


def _is_repeated(secret: str) -> bool:
    """Whether the secret is one piece again and again. The last piece may be cut off."""
    return any(secret.startswith(secret[length:]) for length in range(1, len(secret) // 2 + 1))
