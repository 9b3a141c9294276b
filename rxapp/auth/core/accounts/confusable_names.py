"""What is asked of the user name of a new account besides its length: that a reader sees what it is, and takes it for no other's.

Names that exist are left alone, and nothing of this is asked at a login.
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
from rxapp.auth.core.input_rules import InputRule

_look = AuthTable.metadata.tables[UserLook.__tablename__]

BLANKS = "\u2800"
"""Braille's empty cell: it counts as a sign that can be seen. What is never shown at all is `has_invisible_characters`."""

_SHARED_SCRIPTS = frozenset({"COMMON", "INHERITED"})

_MIXABLE_SCRIPTS = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
"""UTS 39 §5.2, highly restrictive: what Japanese, Chinese and Korean mix."""

_BETWEEN_WORDS = re.compile(r"[\s\W_0-9]+")


def require_unambiguous(user_name: str) -> None:
    """Raise `InvalidUserName` if there is in the name what cannot be seen, or a word in several alphabets."""
    if not _can_be_seen(user_name):
        raise InvalidUserName(InputRule.USER_NAME_UNSEEN)
    if not all(map(_is_of_one_alphabet, _BETWEEN_WORDS.split(user_name))):
        raise InvalidUserName(InputRule.USER_NAME_MIXED)


def _can_be_seen(user_name: str) -> bool:
    has_blank = has_invisible_characters(user_name) or any(blank in user_name for blank in BLANKS)
    # Two spaces look like one, and a mark with nothing below it like nothing or like another's.
    return not has_blank and "  " not in user_name and not unicodedata.combining(user_name[0])


def _is_of_one_alphabet(word: str) -> bool:
    scripts = {script_of(character) for character in word} - _SHARED_SCRIPTS
    return len(scripts) <= 1 or any(scripts <= together for together in _MIXABLE_SCRIPTS)


def add_distinct(db: Session, user: User) -> None:
    """Store a new user. Raises `UserNameTaken`, or `UserNameLooksTaken` if a reader may take the name for another's.

    The database decides, by a unique column: of two who look alike and come at once, one gets the name.
    """
    users.add(db, user)
    try:
        db.connection().execute(insert(_look), [{"look": look, "user_id": user.id} for look in look_hashes(user.user_name)])
    except IntegrityError as error:
        raise UserNameLooksTaken from error


def add_imported(db: Session, user: User) -> None:
    """Store a user whose name was chosen elsewhere. From then on nobody else gets one that looks like it."""
    users.add(db, user)
    looks = look_hashes(user.user_name)
    taken = set(db.connection().scalars(select(_look.c.look).where(_look.c.look.in_(looks))))
    if new := [{"look": look, "user_id": user.id} for look in looks if look not in taken]:
        db.connection().execute(insert(_look), new)


def look_hashes(user_name: str) -> list[str]:
    """Hashes of what the name looks like, as written and in small letters, for capitals look like other letters."""
    read = {user_name_key(skeleton(user_name_key(skeleton(name)))) for name in (user_name, user_name_key(user_name))}
    return sorted(base64url(hashlib.sha256(look.encode()).digest()) for look in read)
