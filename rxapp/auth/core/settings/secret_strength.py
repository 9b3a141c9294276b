"""Whether a secret is random, as far as its text tells: what people make up or copy is what attackers try first."""

import re

from zxcvbn import zxcvbn

FEWEST_DIFFERENT_CHARACTERS = 8
"""Of 22 random hexadecimal digits, the shortest secret that passes, fewer differ once in 5,000 times."""

FEWEST_GUESSES_LOG10 = 16
"""zxcvbn's estimate. Repeats, sequences and keyboard rows stay below 10^13; 22 random hexadecimal digits are above 10^19."""

_ESTIMATED_LENGTH = 48
"""Characters. The estimate takes milliseconds for these, and longer for more; it sees a repeat within them."""

PLACEHOLDERS = (
    "changeme", "changeit", "replaceme", "placeholder", "yoursecret", "yourkey", "secret", "password", "passphrase", "example",
    "insecure", "default", "letmein", "qwerty", "12345678",
)  # fmt: skip
"""Without what stands between letters. A random key of 64 characters has one of them in it once in a million times."""

PUBLISHED = ("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",)
"""Random once, and in everybody's hands since: the key in FastAPI's tutorial about JWT."""


def why_guessable(secret: str) -> str:
    """Why others could guess the secret, as the rest of a sentence that begins with its name; empty if it looks random.

    Neither the secret nor a part of it is in the answer.
    """
    plain = re.sub(r"[^a-z0-9]", "", secret.lower())
    if secret.lower() in PUBLISHED or any(word in plain for word in PLACEHOLDERS):
        return "is a placeholder or an example"
    if len(set(secret)) < FEWEST_DIFFERENT_CHARACTERS:
        return f"has fewer than {FEWEST_DIFFERENT_CHARACTERS} different characters, as nothing random has"
    if _is_repeated(secret):
        return "is the same piece again and again"
    if float(zxcvbn(secret[:_ESTIMATED_LENGTH])["guesses_log10"]) < FEWEST_GUESSES_LOG10:
        return "is a sequence, or words that are guessed early"
    return ""


def _is_repeated(secret: str) -> bool:
    """Whether a piece of at most half the length fills it, the last time perhaps not whole."""
    return any(secret.startswith(secret[length:]) for length in range(1, len(secret) // 2 + 1))
