"""User names as compared, and the statements on `auth_user`."""

import unicodedata
from uuid import UUID

from sqlmodel import Session, select

from rxapp.auth.models import User


def user_name_key(user_name: str) -> str:
    """The form in which names are compared: two names that a person reads as the same are the same (after RFC 8265 §3.3)."""
    return unicodedata.normalize("NFKC", user_name.strip()).casefold()


def find_user(db: Session, user_name: str) -> User | None:
    """The user of that name, without regard to case or Unicode form."""
    return db.exec(select(User).where(User.user_name_key == user_name_key(user_name))).one_or_none()


def replace_password_hash(db: Session, user_id: UUID, old_hash: str, new_hash: str) -> None:
    """Store a rehash unless the password was changed meanwhile."""
    user = db.exec(select(User).where(User.id == user_id, User.password_hash == old_hash)).one_or_none()
    if user is not None:
        user.password_hash = new_hash
