"""Confusable user names: a new name must be readable, and must not look like another user's (Unicode UTS 39).

Existing names are not checked, neither here nor at a login. `user_names` and `users` check a name's length and characters.
"""

import hashlib
import re
import unicodedata

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.skeletons import script_of, skeleton
from rxapp.auth.core.database.tables import AuthTable, User, UserLook
from rxapp.auth.core.errors import InvalidUserName, UserNameLooksTaken
from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.identity.user_names import has_invisible_characters, user_name_key
from rxapp.auth.core.identity.written_names import BLANKS
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.settings.settings import Settings

_look = AuthTable.metadata.tables[UserLook.__tablename__]

_SHARED_SCRIPTS = frozenset({"COMMON", "INHERITED"})

_MIXABLE_SCRIPTS = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
"""UTS 39 §5.2, "highly restrictive": the scripts that Japanese, Chinese and Korean mix in one word."""

_BETWEEN_WORDS = re.compile(r"[\s\W_0-9]+")


def require_unambiguous(user_name: str, settings: Settings) -> None:
    """Raise `InvalidUserName` if the name has invisible characters, or a word that mixes alphabets.

    With e-mail, also if it has an @: people log in with their address too, and whoever has a stranger's address as their name
    would stand in the way.
    """
    if settings.has_email and "@" in user_name_key(user_name):
        raise InvalidUserName(InputRule.USER_NAME_IS_ADDRESS)
    if not _can_be_seen(user_name):
        raise InvalidUserName(InputRule.USER_NAME_UNSEEN)
    if not all(map(_is_of_one_alphabet, _BETWEEN_WORDS.split(user_name))):
        raise InvalidUserName(InputRule.USER_NAME_MIXED)


def _can_be_seen(user_name: str) -> bool:
    has_blank = has_invisible_characters(user_name) or any(blank in user_name for blank in BLANKS)
    # Two spaces look like one. A combining mark without a base character looks like nothing, or belongs to the text before it.
    return not has_blank and "  " not in user_name and not unicodedata.combining(user_name[0])


def _is_of_one_alphabet(word: str) -> bool:
    scripts = {script_of(character) for character in word} - _SHARED_SCRIPTS
    return len(scripts) <= 1 or any(scripts <= together for together in _MIXABLE_SCRIPTS)


def add_distinct(db: Session, user: User) -> None:
    """Store a new user. Raises `UserNameTaken`, or `UserNameLooksTaken` if the name looks like another user's.

    A unique column decides: if two names look alike and are registered at once, only one is stored.
    """
    users.add(db, user)
    try:
        db.connection().execute(insert(_look), [{"look": look, "user_id": user.id} for look in look_hashes(user.user_name)])
    except IntegrityError as error:
        raise UserNameLooksTaken from error


def add_unchecked(db: Session, user: User) -> None:
    """Store a user whose name was chosen elsewhere, without a check of its look. Nobody else gets a name that looks like it."""
    users.add(db, user)
    looks = look_hashes(user.user_name)
    taken = set(db.connection().scalars(select(_look.c.look).where(_look.c.look.in_(looks))))
    if new := [{"look": look, "user_id": user.id} for look in looks if look not in taken]:
        db.connection().execute(insert(_look), new)


def look_hashes(user_name: str) -> list[str]:
    """Hashes of the name's skeleton, as written and in small letters, because capitals look like other letters."""
    read = {user_name_key(skeleton(user_name_key(skeleton(name)))) for name in (user_name, user_name_key(user_name))}
    return sorted(base64url(hashlib.sha256(look.encode()).digest()) for look in read)
