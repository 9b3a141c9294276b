"""User names as compared and as allowed, and the statements on `auth_user`."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from rxapp.auth.errors import InvalidUserName, LastAdministrator, NotFound, UserNameTaken
from rxapp.auth.models import User

ADMIN_ROLE = "Admin"
"""The one role that `rxapp.auth` itself knows."""

USER_NAME_MAXIMUM_LENGTH = 64
DISPLAY_NAME_MAXIMUM_LENGTH = 128

NO_PASSWORD = "!"
"""In place of a hash, for a user who has not set a password yet: no password matches it."""


def user_name_key(user_name: str) -> str:
    """The form in which names are compared: two names that a person reads as the same are the same (after RFC 8265 §3.3)."""
    return unicodedata.normalize("NFKC", user_name.strip()).casefold()


def new_user(user_name: str, display_name: str, password_hash: str, roles: list[str], created_at: datetime) -> User:
    """A user to be stored. Raises `InvalidUserName`."""
    user_name = user_name.strip()
    if not user_name:
        raise InvalidUserName("Please choose a user name.")
    if len(user_name) > USER_NAME_MAXIMUM_LENGTH:
        raise InvalidUserName(f"A user name has at most {USER_NAME_MAXIMUM_LENGTH} characters.")
    if not user_name.isprintable():
        raise InvalidUserName("A user name has only characters that can be seen.")
    user = User(
        user_name=user_name,
        user_name_key=user_name_key(user_name),
        password_hash=password_hash,
        roles=roles,
        created_at=created_at,
    )
    name_for_display(user, display_name)
    return user


def name_for_display(user: User, display_name: str) -> None:
    """Give the user a name that others see; without one it is the user name. Raises `InvalidUserName`."""
    display_name = display_name.strip() or user.user_name
    if len(display_name) > DISPLAY_NAME_MAXIMUM_LENGTH or not display_name.isprintable():
        raise InvalidUserName(f"A name has at most {DISPLAY_NAME_MAXIMUM_LENGTH} characters, all of which can be seen.")
    user.display_name = display_name
    user.search_key = f"{user.user_name_key}\n{user_name_key(display_name)}"


def add(db: Session, user: User) -> None:
    """Store a new user. Raises `UserNameTaken`; the database decides, so that of two at once one gets the name."""
    db.add(user)
    try:
        db.flush()
    except IntegrityError as error:
        raise UserNameTaken from error


def find_user(db: Session, user_name: str) -> User | None:
    """The user of that name, without regard to case or Unicode form."""
    if not user_name.isprintable():  # nobody has such a name, and no database takes it
        return None
    return db.exec(select(User).where(User.user_name_key == user_name_key(user_name))).one_or_none()


def get_user(db: Session, user_id: UUID) -> User:
    """The user of that id, locked against changes until the transaction ends where the database knows such locks. `NotFound`."""
    user = db.exec(select(User).where(User.id == user_id).with_for_update()).one_or_none()
    if user is None:
        raise NotFound
    return user


def no_password() -> str:
    """What stands in place of a hash until a password is set. It differs each time, as the links that are made for it do."""
    return NO_PASSWORD + secrets.token_urlsafe(16)


def has_password(user: User) -> bool:
    """Whether any password could match."""
    return not user.password_hash.startswith(NO_PASSWORD)


def replace_password_hash(db: Session, user_id: UUID, old_hash: str, new_hash: str) -> bool:
    """Store a new hash if the old one still stands; False if the password was changed meanwhile."""
    statement = update(User).where(col(User.id) == user_id, col(User.password_hash) == old_hash).values(password_hash=new_hash)
    return db.connection().execute(statement).rowcount == 1


def lock_administrators(db: Session) -> Sequence[UUID]:
    """The ids of those who can administer, locked until the transaction ends where the database knows such locks.

    Whoever changes who administers calls this first: of two who remove each other at the same moment one is then refused, and
    neither waits for the other for ever.
    """
    is_administrator = cast(User.roles, String).contains(f'"{ADMIN_ROLE}"', autoescape=True)
    standing = select(User.id).where(is_administrator, col(User.disabled_at).is_(None))
    return db.exec(standing.order_by(col(User.id)).with_for_update()).all()


def require_another_administrator(db: Session, user_id: UUID) -> None:
    """Raise `LastAdministrator` if this user is the only one who can administer."""
    if lock_administrators(db) == [user_id]:
        raise LastAdministrator
