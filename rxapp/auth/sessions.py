"""The statements on `auth_session`: each decides in one statement, and is built once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlmodel import SQLModel

from rxapp.auth.models import AuthSession, User

_session = SQLModel.metadata.tables[AuthSession.__tablename__]
_user = SQLModel.metadata.tables[User.__tablename__]

_SELECT = (
    select(_session, _user.c.user_name, _user.c.roles, _user.c.disabled_at)
    .join(_user, _user.c.id == _session.c.user_id)
    .where(_session.c.id == bindparam("session_id"))
)

_ROTATE = (
    update(_session)
    .where(
        _session.c.id == bindparam("session_id"),
        _session.c.generation == bindparam("presented_generation"),
        _session.c.revoked_at.is_(None),
    )
    .values(generation=_session.c.generation + 1, generation_seen_at=None, last_used_at=bindparam("now"))
)

_MARK_SEEN = (
    update(_session)
    .where(
        _session.c.id == bindparam("session_id"),
        _session.c.generation == bindparam("seen_generation"),
        _session.c.generation_seen_at.is_(None),
    )
    .values(generation_seen_at=bindparam("now"))
)

_TOUCH = (
    update(_session)
    .where(_session.c.id == bindparam("session_id"), _session.c.last_used_at < bindparam("now"))
    .values(last_used_at=bindparam("now"))
)

_REVOKE = (
    update(_session)
    .where(_session.c.id == bindparam("session_id"), _session.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"), revoked_reason=bindparam("reason"))
)

_DELETE_ENDED = delete(_session).where(
    _session.c.user_id == bindparam("owner_id"), _session.c.expires_at < bindparam("ended_before")
)


def find(db: Connection, session_id: UUID) -> Any | None:
    """The session's row with its user's `user_name`, `roles` and `disabled_at`, or None."""
    return db.execute(_SELECT, {"session_id": session_id}).one_or_none()


def rotate(db: Connection, session_id: UUID, presented_generation: int, now: datetime) -> bool:
    """Step to the next generation if `presented_generation` is still the current one: of any number of callers one wins."""
    parameters = {"session_id": session_id, "presented_generation": presented_generation, "now": now}
    return db.execute(_ROTATE, parameters).rowcount == 1


def mark_seen(db: Connection, session_id: UUID, generation: int, now: datetime) -> None:
    """Note that the generation is in use. Written once: a later call changes nothing, so the grace period is never re-armed."""
    db.execute(_MARK_SEEN, {"session_id": session_id, "seen_generation": generation, "now": now})


def touch(db: Connection, session_id: UUID, now: datetime) -> None:
    """Note that its owner is active."""
    db.execute(_TOUCH, {"session_id": session_id, "now": now})


def revoke(db: Connection, session_id: UUID, reason: str, now: datetime) -> bool:
    """End the session; False if it had ended before, and then the first reason stays."""
    parameters = {"session_id": session_id, "reason": reason, "now": now}
    return db.execute(_REVOKE, parameters).rowcount == 1


def delete_ended(db: Connection, owner_id: UUID, ended_before: datetime) -> None:
    """Remove a user's sessions whose lifetime ended before that moment."""
    db.execute(_DELETE_ENDED, {"owner_id": owner_id, "ended_before": ended_before})
