"""The policy for new passwords: long, and hard to guess (NIST SP 800-63B-4 §3.1.1.2; ASVS 5.0 §6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from zxcvbn.matching import L33T_TABLE, RANKED_DICTIONARIES, build_ranked_dict, omnimatch
from zxcvbn.scoring import most_guessable_match_sequence
from zxcvbn.time_estimates import guesses_to_score

from rxapp.auth.core.errors import PasswordRefused
from rxapp.auth.core.identity.user_names import user_name_key
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.passwords.unicode_forms import hashed_form
from rxapp.auth.core.settings.settings import Settings

MAXIMUM_LENGTH = 256
"""Characters. NIST asks for a maximum of at least 64. A maximum bounds the work."""

_ESTIMATED_LENGTH = 24
"""Characters that the estimator reads: a good beginning makes a good password. Its work grows with the square of the length."""

_MAXIMUM_SIGNS = 8
"""Different l33t signs that the estimator may replace by letters. It tries all combinations: 20 signs kept a core busy for 0.6 s,
8 signs for 0.01 s. Digits always stay, because sequences consist of them; all ten take 0.03 s."""

_SIGNS = frozenset(chain.from_iterable(L33T_TABLE.values()))
_NO_SIGN = "\x7f"

_SHORTEST_CONTEXT_WORD = 4
"""Characters. Many good passwords contain a shorter name by chance."""

_TOO_COMMON = 1
"""zxcvbn's score for fewer than a million guesses: common passwords, and their repeats and variations."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong a password is: `score` from 0 to 4.

    A password with a score below 2 is refused: so many characters are `missing`, or `refusal` says why.
    """

    score: int
    missing: int = 0
    refusal: PasswordRefused | None = None


def require_good_password(password: str, user_name: str, settings: Settings, minimum: int | None = None) -> None:
    """Raise `PasswordRefused`, which says what to do, unless the password's `hashed_form` meets the policy.

    `minimum` is the length for a known user, if it is another (`accounts/new_passwords.py`).
    """
    require_well_formed_password(password, user_name, settings, minimum)
    require_uncommon_password(password, user_name, settings)


def strength_of(password: str, user_name: str, settings: Settings, minimum: int | None = None) -> Strength:
    """A hint for a person who is typing a password."""
    if not password:
        return Strength(0)
    missing = (minimum or settings.password_minimum_length) - len(hashed_form(password))
    if missing > 0:
        return Strength(0, missing)
    try:
        require_well_formed_password(password, user_name, settings, minimum)
        return Strength(require_uncommon_password(password, user_name, settings))
    except PasswordRefused as refused:
        return Strength(1, refusal=refused)


def require_well_formed_password(password: str, user_name: str, settings: Settings, minimum: int | None = None) -> None:
    """The cheap part of `require_good_password`."""
    minimum = minimum or settings.password_minimum_length
    if len(password) > MAXIMUM_LENGTH:
        raise PasswordRefused(InputRule.PASSWORD_TOO_LONG, limit=MAXIMUM_LENGTH)
    if len(hashed_form(password)) < minimum:
        raise PasswordRefused(InputRule.PASSWORD_TOO_SHORT, limit=minimum)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in password):
        raise PasswordRefused(InputRule.PASSWORD_UNSTORABLE)
    read_as = user_name_key(password)
    for word in (user_name_key(user_name), *_names_of_app(settings)):
        if len(word) >= _SHORTEST_CONTEXT_WORD and word in read_as:
            raise PasswordRefused(InputRule.PASSWORD_CONTAINS_NAME)


def require_uncommon_password(password: str, user_name: str, settings: Settings) -> int:
    """The part that takes some milliseconds. Returns a well-formed password's score, from 2 to 4. Raises `PasswordRefused`."""
    score = guessability(password, [user_name, *_names_of_app(settings), *settings.app_name.split()])
    if score <= _TOO_COMMON:
        raise PasswordRefused(InputRule.PASSWORD_TOO_COMMON)
    return score


def _names_of_app(settings: Settings) -> set[str]:
    """The app's name as people may write it, with its spaces and without."""
    name = user_name_key(settings.app_name)
    return {name, name.replace(" ", "")}


def guessability(password: str, context: Sequence[str]) -> int:
    """The score of a password by zxcvbn, from 0 (guessed at once) to 4. `context` are words that an attacker would try first.

    `zxcvbn.zxcvbn` keeps the context words in a global, so that its calls would need a lock.
    """
    estimated = _with_few_signs(password[:_ESTIMATED_LENGTH])
    context_words = build_ranked_dict([word.lower() for word in context if word])
    matches = omnimatch(estimated, {**RANKED_DICTIONARIES, "user_inputs": context_words})
    return guesses_to_score(most_guessable_match_sequence(estimated, matches)["guesses"])  # pyright: ignore[reportArgumentType]  an int


def _with_few_signs(password: str) -> str:
    """The password with at most `_MAXIMUM_SIGNS` different l33t signs: all digits, then the first others."""
    signs = sorted((sign for sign in dict.fromkeys(password) if sign in _SIGNS), key=lambda sign: not sign.isdigit())
    digits = sum(map(str.isdigit, signs))
    return password.translate({ord(sign): _NO_SIGN for sign in signs[max(_MAXIMUM_SIGNS, digits) :]})
