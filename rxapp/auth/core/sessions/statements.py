"""The statements on `auth_session`: each decides in one statement, and is built once."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update

from rxapp.auth.core.database.prepared_statement import PreparedStatement
from rxapp.auth.core.database.tables import AuthSession, AuthTable, User
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.sessions.rows import ListedSession, ListedSessionOfUser, StoredSession

_session = AuthTable.metadata.tables[AuthSession.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]
_NO_SESSION = UUID(int=0)

SALT_BYTES = 32

_STORED_COLUMNS = (
    _session.c.id,
    _session.c.user_id,
    _session.c.salt,
    _session.c.generation,
    _session.c.generation_seen_at,
    _session.c.last_used_at,
    _session.c.expires_at,
    _session.c.authenticated_at,
    _session.c.amr,
    _session.c.device_key_thumbprint,
    _session.c.revoked_at,
    _session.c.revoked_reason,
)

IS_ACTIVE = (
    _session.c.revoked_at.is_(None),
    _session.c.expires_at > bindparam("now"),
    _session.c.last_used_at > bindparam("idle_since"),
)
"""Conditions on `auth_session`, with the parameters `now` and `idle_since`."""

_FIND: PreparedStatement[StoredSession] = PreparedStatement(
    select(*_STORED_COLUMNS, _user.c.user_name, _user.c.display_name, _user.c.roles, _user.c.disabled_at)
    .join(_user, _user.c.id == _session.c.user_id)
    .where(_session.c.id == bindparam("session_id"))
)

_MARK_SEEN = PreparedStatement(
    update(_session)
    .where(
        _session.c.id == bindparam("session_id"),
        _session.c.generation == bindparam("seen_generation"),
        _session.c.generation_seen_at.is_(None),
    )
    .values(generation_seen_at=bindparam("now"))
)

_TOUCH = PreparedStatement(
    update(_session)
    .where(_session.c.id == bindparam("session_id"), _session.c.last_used_at < bindparam("now"))
    .values(last_used_at=bindparam("now"))
)

_MARK_AUTHENTICATED = (
    update(_session)
    .where(_session.c.id == bindparam("session_id"))
    .values(authenticated_at=bindparam("moment"), amr=bindparam("amr"))
)

_KNOWS_DEVICE = (
    select(_session.c.id)
    .where(_session.c.user_id == bindparam("owner"), _session.c.device_key_thumbprint == bindparam("thumbprint"))
    .where(_session.c.amr.like("%mfa%"))
    .limit(1)
)

_REVOKE = (
    update(_session)
    .where(_session.c.id == bindparam("session_id"), _session.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"), revoked_reason=bindparam("reason"))
    .returning(_session.c.user_id)
)

_REVOKE_ALL = (
    update(_session)
    .where(
        _session.c.user_id == bindparam("owner_id"),
        _session.c.id != bindparam("kept_id"),
        _session.c.expires_at > bindparam("now"),
        _session.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"), revoked_reason=bindparam("reason"))
    .returning(_session.c.id)
)

_LISTED_COLUMNS = (
    _session.c.id,
    _session.c.device,
    _session.c.address,
    _session.c.device_key_thumbprint.is_not(None).label("is_bound"),
    _session.c.created_at,
    _session.c.last_used_at,
    _session.c.expires_at,
)

_SELECT_ACTIVE = (
    select(*_LISTED_COLUMNS)
    .where(_session.c.user_id == bindparam("owner_id"), *IS_ACTIVE)
    .order_by(_session.c.last_used_at.desc(), _session.c.id)
)

_SELECT_ALL_ACTIVE = (
    select(*_LISTED_COLUMNS, _user.c.user_name)
    .join(_user, _user.c.id == _session.c.user_id)
    .where(*IS_ACTIVE)
    .order_by(_session.c.last_used_at.desc(), _session.c.id)
)

_COUNT_ACTIVE = (
    select(_session.c.user_id, func.count())
    .where(_session.c.user_id.in_(bindparam("owner_ids", expanding=True)), *IS_ACTIVE)
    .group_by(_session.c.user_id)
)

_COUNT_ALL_ACTIVE = select(func.count()).select_from(_session).where(*IS_ACTIVE)

_COUNT_ENDED = select(func.count()).select_from(_session).where(_session.c.expires_at < bindparam("ended_before"))

_UNREVOKED = select(_session.c.id, _session.c.amr).where(
    _session.c.user_id == bindparam("owner_id"), _session.c.revoked_at.is_(None)
)

_ENDED = (
    select(_session.c.id)
    .where(_session.c.expires_at < bindparam("ended_before"))
    .limit(bindparam("batch"))
    .with_for_update(skip_locked=True)  # two clean-ups at the same time take different rows
)
"""A separate statement. As a subquery of `_DELETE`, PostgreSQL may run it for each row, and then delete more than a batch."""

_DELETE = delete(_session).where(_session.c.id.in_(bindparam("ids", expanding=True)))


def new_session(
    user_id: UUID, client: Client, device_key: str | None, now: datetime, lifetime: timedelta, *, amr: Sequence[str]
) -> AuthSession:
    """A session that begins now and is not stored yet. `device_key` is the thumbprint of the key that it is bound to, or None.

    `amr` names the proofs that its user has given.
    """
    return AuthSession(
        user_id=user_id,
        salt=secrets.token_bytes(SALT_BYTES),
        created_at=now,
        last_used_at=now,
        authenticated_at=now,
        amr=" ".join(amr),
        expires_at=now + lifetime,
        device=client.describe_device(),
        address=client.address,
        device_key_thumbprint=device_key,
    )


def find(db: Connection, session_id: UUID) -> StoredSession | None:
    """The session's row with its user's names, `roles` and `disabled_at`, or None."""
    return _FIND.fetch(db, {"session_id": session_id})


def get(db: Connection, session_id: UUID) -> StoredSession:
    """The same. Raises `InvalidToken` if there is none."""
    session = find(db, session_id)
    if session is None:
        raise InvalidToken
    return session


def mark_seen(db: Connection, session_id: UUID, generation: int, now: datetime) -> None:
    """Note that the generation is in use. Only the first call writes, so the grace period never starts again."""
    _MARK_SEEN.run(db, {"session_id": session_id, "seen_generation": generation, "now": now})


def touch(db: Connection, session_id: UUID, now: datetime) -> None:
    """Note that its user is active."""
    _TOUCH.run(db, {"session_id": session_id, "now": now})


def mark_authenticated(db: Connection, session_id: UUID, authenticated_at: datetime, amr: Sequence[str]) -> None:
    """Note all proofs that its user has given in this session, and when the last one was that counts as a fresh one."""
    db.execute(_MARK_AUTHENTICATED, {"session_id": session_id, "moment": authenticated_at, "amr": " ".join(amr)})


def is_known_device(db: Connection, owner_id: UUID, thumbprint: str) -> bool:
    """Whether the user has, or had a while ago, a session with two factors that is bound to the key of this thumbprint."""
    return db.execute(_KNOWS_DEVICE, {"owner": owner_id, "thumbprint": thumbprint}).first() is not None


def revoke(db: Connection, session_id: UUID, reason: str, now: datetime) -> UUID | None:
    """End the session. Returns the id of its user, or None if it had already been revoked. Then the first reason stays."""
    return db.execute(_REVOKE, {"session_id": session_id, "reason": reason, "now": now}).scalar_one_or_none()


def revoke_all(db: Connection, owner_id: UUID, reason: str, now: datetime, *, exclude: UUID | None = None) -> list[UUID]:
    """End all sessions of a user except `exclude`. Returns the ids of those that had not ended before."""
    parameters = {"owner_id": owner_id, "kept_id": exclude or _NO_SESSION, "reason": reason, "now": now}
    return list(db.execute(_REVOKE_ALL, parameters).scalars())


def unrevoked_of(db: Connection, owner_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """The proofs given in each session of a user that was not revoked, expired ones included."""
    return {session_id: tuple(amr.split()) for session_id, amr in db.execute(_UNREVOKED, {"owner_id": owner_id})}


def active_of(db: Connection, owner_id: UUID, now: datetime, idle_since: datetime) -> Sequence[ListedSession]:
    """A user's active sessions, the last used first."""
    found = db.execute(_SELECT_ACTIVE, {"owner_id": owner_id, "now": now, "idle_since": idle_since}).all()
    return cast("Sequence[ListedSession]", found)


def all_active(db: Connection, now: datetime, idle_since: datetime) -> Sequence[ListedSessionOfUser]:
    """The active sessions of all users, each with its `user_name`, the last used first."""
    found = db.execute(_SELECT_ALL_ACTIVE, {"now": now, "idle_since": idle_since}).all()
    return cast("Sequence[ListedSessionOfUser]", found)


def count_active(db: Connection, owner_ids: Sequence[UUID], now: datetime, idle_since: datetime) -> dict[UUID, int]:
    """How many active sessions each of these users has. Users without one are left out."""
    parameters = {"owner_ids": list(owner_ids), "now": now, "idle_since": idle_since}
    return dict(db.execute(_COUNT_ACTIVE, parameters).all())


def count_all_active(db: Connection, now: datetime, idle_since: datetime) -> int:
    """How many active sessions all users have together."""
    return db.execute(_COUNT_ALL_ACTIVE, {"now": now, "idle_since": idle_since}).scalar_one()


def count_ended(db: Connection, ended_before: datetime) -> int:
    """How many sessions have a lifetime that ended before that moment."""
    return db.execute(_COUNT_ENDED, {"ended_before": ended_before}).scalar_one()


def delete_ended(db: Connection, ended_before: datetime, batch: int) -> int:
    """Delete at most `batch` sessions whose lifetime ended before that moment. Returns their number."""
    ids = db.scalars(_ENDED, {"ended_before": ended_before, "batch": batch}).all()
    return db.execute(_DELETE, {"ids": ids}).rowcount if ids else 0
