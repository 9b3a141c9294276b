"""The statements on `auth_user`."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, and_, cast, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidUserName, LastAdministrator, NotFound, UserNameTaken
from rxapp.auth.core.identity.user_names import (
    ADMIN_ROLE,
    DISPLAY_NAME_MAXIMUM_LENGTH,
    SEARCH_KEY_MAXIMUM_LENGTH,
    USER_NAME_KEY_MAXIMUM_LENGTH,
    USER_NAME_MAXIMUM_LENGTH,
    is_searchable,
    user_name_key,
)
from rxapp.auth.core.identity.written_names import display_name_in, user_name_in
from rxapp.auth.core.input_rules import InputRule

NO_PASSWORD = "!"
"""Begins the placeholder for the hash of a user who has no password yet. No password matches it."""


def new_user(
    user_name: str, display_name: str, password_hash: str, roles: list[str], created_at: datetime, *, is_imported: bool = False
) -> User:
    """A new user, not yet stored. A name that was chosen elsewhere, `is_imported`, may have all that RFC 8265 allows in a name.

    Raises `InvalidUserName`.
    """
    user_name = user_name.strip()
    key = user_name_key(user_name)
    if not key:
        raise InvalidUserName(InputRule.USER_NAME_MISSING)
    if len(user_name) > USER_NAME_MAXIMUM_LENGTH or len(key) > USER_NAME_KEY_MAXIMUM_LENGTH:
        raise InvalidUserName(InputRule.USER_NAME_TOO_LONG, limit=USER_NAME_MAXIMUM_LENGTH)
    written = user_name_in(user_name) if is_imported or user_name.isprintable() else None
    if written is None:
        raise InvalidUserName(InputRule.USER_NAME_UNSEEN)
    user = User(
        user_name=written,
        user_name_key=key,
        password_hash=password_hash,
        roles=roles,
        created_at=created_at,
    )
    set_display_name(user, display_name)
    return user


def set_display_name(user: User, display_name: str) -> None:
    """Set the name that others see. If it is empty, it is the user name. Raises `InvalidUserName`."""
    user.display_name = _display_name(display_name) if display_name.strip() else user.user_name
    user.search_key = f"{user.user_name_key}\n{user_name_key(user.display_name)}"[:SEARCH_KEY_MAXIMUM_LENGTH]


def _display_name(text: str) -> str:
    # The time to normalize a text can grow with the square of its length, and one character may become eighteen.
    name = display_name_in(text) if len(text.strip()) <= DISPLAY_NAME_MAXIMUM_LENGTH else None
    if name is None or len(name) > DISPLAY_NAME_MAXIMUM_LENGTH:
        raise InvalidUserName(InputRule.DISPLAY_NAME_REFUSED, limit=DISPLAY_NAME_MAXIMUM_LENGTH)
    return name


def add(db: Session, user: User) -> None:
    """Store a new user. Raises `UserNameTaken`. A unique column decides, so that of two at once only one gets the name."""
    db.add(user)
    try:
        db.flush()
    except IntegrityError as error:
        raise UserNameTaken from error


def find_user(db: Session, user_name: str) -> User | None:
    """The user with that name, in any letter case and Unicode form."""
    key = user_name_key(user_name)
    if not is_searchable(key):
        return None
    return db.exec(select(User).where(User.user_name_key == key)).one_or_none()


def get_user(db: Session, user_id: UUID) -> User:
    """The user of that id. Raises `NotFound`."""
    user = db.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def find_and_lock(db: Session, user_id: UUID) -> User | None:
    """The user with that id. The row is locked until the transaction ends, if the database has row locks."""
    return db.exec(select(User).where(User.id == user_id).with_for_update()).one_or_none()


def lock_user(db: Session, user_id: UUID) -> User:
    """`find_and_lock`, but raise `NotFound` if there is no such user."""
    user = find_and_lock(db, user_id)
    if user is None:
        raise NotFound
    return user


def delete_user(db: Session, user_id: UUID) -> None:
    """Delete the user's row, and with it all that belongs to it."""
    db.connection().execute(delete(User).where(col(User.id) == user_id))


def is_unchanged(db: Session, user: User) -> bool:
    """Whether the user still has the password and the second factors of this reading, and is not disabled. Locks the row.

    Verifying is slow on purpose. Meanwhile the password or a second factor may have been changed (`end_links_of`), or the user
    disabled or deleted.
    """
    try:
        current = lock_user(db, user.id)
    except NotFound:
        return False
    return has_same_secrets(current, user) and current.disabled_at is None


def has_same_secrets(one: User, other: User) -> bool:
    """Whether two readings of a user have the same password, and the same links are good."""
    return (one.password_hash, one.link_nonce) == (other.password_hash, other.link_nonce)


def unset_password_hash() -> str:
    """A placeholder for the hash of a user without a password. It is random, so that the MACs of links differ."""
    return NO_PASSWORD + secrets.token_urlsafe(16)


def has_password(user: User) -> bool:
    """Whether the user has set a password."""
    return not user.password_hash.startswith(NO_PASSWORD)


def replace_password_hash(db: Session, user_id: UUID, old_hash: str, new_hash: str, **more: bool) -> bool:
    """Store a new hash, and `more`, if the old one is unchanged. False if the password was changed meanwhile."""
    is_unchanged = (col(User.id) == user_id, col(User.password_hash) == old_hash)
    statement = update(User).where(*is_unchanged).values(password_hash=new_hash, **more)
    return db.connection().execute(statement).rowcount == 1


def lock_administrators(db: Session, user_id: UUID) -> list[UUID]:
    """The ids of all active administrators. Their rows and the user's are locked until the transaction ends (if supported).

    Call it first in every transaction that may remove an administrator. If two administrators remove each other at the same
    time, the second one is refused. All rows are locked in one order and before any other row, so that no deadlock is possible.
    """
    may_be_administrator = cast(User.roles, String).contains(
        f'"{ADMIN_ROLE}"', autoescape=True
    )  # SQLite's LIKE ignores letter case
    deciding = or_(and_(may_be_administrator, col(User.disabled_at).is_(None)), col(User.id) == user_id)
    found = db.exec(select(User).where(deciding).order_by(col(User.id)).with_for_update()).all()
    return [user.id for user in found if ADMIN_ROLE in user.roles and user.disabled_at is None]


def require_another_administrator(db: Session, user_id: UUID) -> None:
    """Raise `LastAdministrator` if this user is the only administrator. Locks rows as `lock_administrators` does."""
    if lock_administrators(db, user_id) == [user_id]:
        raise LastAdministrator
