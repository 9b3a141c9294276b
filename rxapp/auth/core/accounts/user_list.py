"""The list of users for administrators: which match a search, in which order, and when each was last seen."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from rxapp.auth.core.database.tables import AuthSession, User
from rxapp.auth.core.identity import user_names

_LAST_SEEN = (
    select(func.max(AuthSession.last_used_at)).where(col(AuthSession.user_id) == col(User.id)).correlate(User).scalar_subquery()
)


class UserOrder(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    CREATED = "created"
    LAST_SEEN = "last_seen"


_COLUMNS: dict[UserOrder, Any] = {
    UserOrder.NAME: col(User.user_name_key),
    UserOrder.CREATED: col(User.created_at),
    UserOrder.LAST_SEEN: _LAST_SEEN,
}


def find_users(
    db: Session, search: str, *, limit: int, offset: int, order: UserOrder, is_descending: bool
) -> tuple[int, Sequence[User]]:
    """The number of users with this text in one of their names, in any letter case, and a page of them.

    Users who have never been seen come last in either direction. Equal ones are sorted by name.
    """
    key = user_names.user_name_key(search)
    if not user_names.is_searchable(key):
        return 0, []
    matching, column = col(User.search_key).contains(key, autoescape=True), _COLUMNS[order]
    sorted_by = (column.desc() if is_descending else column.asc()).nulls_last()
    total = db.exec(select(func.count()).select_from(User).where(matching)).one()
    page = select(User).where(matching).order_by(sorted_by, col(User.user_name_key)).limit(limit).offset(offset)
    return total, db.exec(page).all()


def last_seen(db: Session, user_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each of these users was last seen, as far as their sessions are kept. Users without any are left out."""
    statement = (
        select(AuthSession.user_id, func.max(AuthSession.last_used_at))
        .where(col(AuthSession.user_id).in_(user_ids))
        .group_by(col(AuthSession.user_id))
    )
    return dict(db.exec(statement).all())
