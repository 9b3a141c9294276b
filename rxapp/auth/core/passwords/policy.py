"""Which passwords may be chosen: long ones that nobody would try first (NIST SP 800-63B-4 §3.1.1.2; ASVS 5.0 §6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from zxcvbn.matching import L33T_TABLE, RANKED_DICTIONARIES, build_ranked_dict, omnimatch
from zxcvbn.scoring import most_guessable_match_sequence
from zxcvbn.time_estimates import guesses_to_score

from rxapp.auth.core.errors import PasswordRefused
from rxapp.auth.core.identity.user_names import user_name_key
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.settings.settings import Settings

MAXIMUM_LENGTH = 256
"""Characters. NIST asks for at least 64; a bound keeps the work bounded."""

APP_NAME = "rxapp"

_ESTIMATED_LENGTH = 24
"""Characters that the estimator looks at: what starts well ends well. Its work grows with the square of the length."""

_SIGNS_AT_MOST = 8
"""Different signs that the estimator may take for letters. It tries all combinations: 20 signs kept a core busy for 0.6 s, 8 for
0.01 s. Digits are always read, for sequences are made of them; all ten take 0.03 s."""

_SIGNS = frozenset(chain.from_iterable(L33T_TABLE.values()))
_NO_SIGN = "\x7f"

_SHORTEST_CONTEXT_WORD = 4
"""Shorter names stand in many good passwords by chance."""

_TOO_COMMON = 1
"""zxcvbn's score of what is guessed in under a million tries: common passwords, and their repeats and variations."""


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
    require_well_formed_password(password, user_name, settings)
    require_uncommon_password(password, user_name)


def strength_of(password: str, user_name: str, settings: Settings) -> Strength:
    """A hint for a person who is still typing."""
    if not password:
        return Strength(0)
    missing = settings.password_minimum_length - len(password)
    if missing > 0:
        return Strength(0, missing)
    try:
        require_well_formed_password(password, user_name, settings)
        return Strength(require_uncommon_password(password, user_name))
    except PasswordRefused as refused:
        return Strength(1, refusal=refused)


def require_well_formed_password(password: str, user_name: str, settings: Settings) -> None:
    """The part of `require_good_password` that costs next to nothing."""
    if len(password) < settings.password_minimum_length:
        raise PasswordRefused(InputRule.PASSWORD_TOO_SHORT, limit=settings.password_minimum_length)
    if len(password) > MAXIMUM_LENGTH:
        raise PasswordRefused(InputRule.PASSWORD_TOO_LONG, limit=MAXIMUM_LENGTH)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in password):
        raise PasswordRefused(InputRule.PASSWORD_UNSTORABLE)
    read_as = user_name_key(password)
    for word in (user_name_key(user_name), APP_NAME):
        if len(word) >= _SHORTEST_CONTEXT_WORD and word in read_as:
            raise PasswordRefused(InputRule.PASSWORD_CONTAINS_NAME)


def require_uncommon_password(password: str, user_name: str) -> int:
    """The part that takes some milliseconds: the score, from 2 to 4, of a well-formed password. Raises `PasswordRefused`."""
    score = guessability(password, [user_name, APP_NAME])
    if score <= _TOO_COMMON:
        raise PasswordRefused(InputRule.PASSWORD_TOO_COMMON)
    return score


def guessability(password: str, context: Sequence[str]) -> int:
    """The score that zxcvbn gives a password, from 0 (guessed at once) to 4, given words that are close at hand.

    `zxcvbn.zxcvbn` keeps those words in a global, so that calls would have to wait for each other.
    """
    estimated = _with_few_signs(password[:_ESTIMATED_LENGTH])
    at_hand = build_ranked_dict([word.lower() for word in context if word])
    matches = omnimatch(estimated, {**RANKED_DICTIONARIES, "user_inputs": at_hand})
    return guesses_to_score(most_guessable_match_sequence(estimated, matches)["guesses"])  # pyright: ignore[reportArgumentType]  an integer will do


def _with_few_signs(password: str) -> str:
    """The password with `_SIGNS_AT_MOST` different signs: digits, then those that come first."""
    signs = sorted((sign for sign in dict.fromkeys(password) if sign in _SIGNS), key=lambda sign: not sign.isdigit())
    digits = sum(map(str.isdigit, signs))
    return password.translate({ord(sign): _NO_SIGN for sign in signs[max(_SIGNS_AT_MOST, digits) :]})
