"""Which passwords may be chosen: long ones that nobody would try first (NIST SP 800-63B-4 §3.1.1.2; ASVS 5.0 §6.2)."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from zxcvbn import zxcvbn

from rxapp.auth.errors import PasswordRefused
from rxapp.auth.input_rules import InputRule
from rxapp.auth.settings import Settings
from rxapp.auth.users import user_name_key

MAXIMUM_LENGTH = 256
"""Characters. NIST asks for at least 64; a bound keeps the work bounded."""

APP_NAME = "rxapp"

_ESTIMATED_LENGTH = 24
"""Characters that the estimator looks at: what starts well ends well. Its work grows with the square of the length and with each
sign that may stand for a letter; 72 characters made for that kept a core busy for seconds, 24 for a third of one."""

_SHORTEST_CONTEXT_WORD = 4
"""Shorter names stand in many good passwords by chance."""

_TOO_COMMON = 1
"""zxcvbn's score of what is guessed in under a million tries: common passwords, and their repeats and variations."""

_ESTIMATOR = threading.Lock()
"""zxcvbn keeps the context words in a global: without a lock, one person's password would be compared to another's name."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How well a password would stand: `score` from 0 to 4.

    Below 2 it would not be taken: so many characters are `missing`, or it is the `refusal` that says why.
    """

    score: int
    missing: int = 0
    refusal: PasswordRefused | None = None


def require_good_password(password: str, user_name: str, settings: Settings) -> None:
    """Raise `PasswordRefused`, with what is to be done, unless the password may be chosen. It is taken exactly as typed."""
    _score_of_good_password(password, user_name, settings)


def strength_of(password: str, user_name: str, settings: Settings) -> Strength:
    """A hint for a person who is still typing."""
    if not password:
        return Strength(0)
    missing = settings.password_minimum_length - len(password)
    if missing > 0:
        return Strength(0, missing)
    try:
        return Strength(_score_of_good_password(password, user_name, settings))
    except PasswordRefused as refused:
        return Strength(1, refusal=refused)


def _score_of_good_password(password: str, user_name: str, settings: Settings) -> int:
    if len(password) < settings.password_minimum_length:
        raise PasswordRefused(InputRule.PASSWORD_TOO_SHORT, limit=settings.password_minimum_length)
    if len(password) > MAXIMUM_LENGTH:
        raise PasswordRefused(InputRule.PASSWORD_TOO_LONG, limit=MAXIMUM_LENGTH)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in password):
        raise PasswordRefused(InputRule.PASSWORD_UNSTORABLE)
    read_as = user_name_key(password)
    for word in (user_name_key(user_name), APP_NAME):
        if len(word) >= _SHORTEST_CONTEXT_WORD and word in read_as:
            raise PasswordRefused(InputRule.PASSWORD_TELLING)
    score = _estimate(password, [user_name, APP_NAME])
    if score <= _TOO_COMMON:
        raise PasswordRefused(InputRule.PASSWORD_TOO_COMMON)
    return score


def _estimate(password: str, context: Sequence[str]) -> int:
    with _ESTIMATOR:
        return zxcvbn(password[:_ESTIMATED_LENGTH], user_inputs=[word for word in context if word])["score"]
