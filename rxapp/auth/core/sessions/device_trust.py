"""The statements on `auth_trusted_device`: on which browsers a user is not asked for a second factor, and how that ends.

Every place that may end it calls `end_trust_of`, in its own transaction: `end_sessions_of`, each change of a password, and
`record_factor_change`. Rows of this table are locked before rows of `auth_session`, so that no deadlock is possible.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, Executable, bindparam, delete, func, insert, select

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.tables import AuthSession, AuthTable, TrustedDevice
from rxapp.auth.core.identity.client import NO_CLIENT, Client

DEVICES_PER_USER = 20
"""Nobody has more browsers in use. One more replaces the one that was trusted longest ago."""


class StoredTrust(Protocol):
    """What people see of a trusted device."""

    id: UUID
    device: str
    trusted_at: datetime
    expires_at: datetime


_trust = AuthTable.metadata.tables[TrustedDevice.__tablename__]
_session = AuthTable.metadata.tables[AuthSession.__tablename__]

_IS_THEIRS = _trust.c.user_id == bindparam("owner")
_HOLDS = (_IS_THEIRS, _trust.c.expires_at > bindparam("now"), _trust.c.trusted_at > bindparam("since"))

_FIND = select(_trust.c.id).where(*_HOLDS, _trust.c.thumbprint == bindparam("of"))
_LIST = (
    select(_trust.c.id, _trust.c.device, _trust.c.trusted_at, _trust.c.expires_at)
    .where(*_HOLDS)
    .order_by(_trust.c.trusted_at.desc(), _trust.c.id)
)
_OLDEST = select(_trust.c.id).where(_IS_THEIRS).order_by(_trust.c.trusted_at.desc(), _trust.c.id).offset(DEVICES_PER_USER - 1)
_OWNERS = select(_trust.c.user_id).distinct()

_ENDED = (_trust.c.user_id, _trust.c.device)
_END_ALL = delete(_trust).where(_IS_THEIRS).returning(*_ENDED)
_END = delete(_trust).where(_IS_THEIRS, _trust.c.id == bindparam("of")).returning(*_ENDED)
_END_OLDEST = delete(_trust).where(_trust.c.id.in_(bindparam("ids", expanding=True))).returning(*_ENDED)
_END_OF_KEY = delete(_trust).where(_IS_THEIRS, _trust.c.thumbprint == bindparam("of")).returning(*_ENDED)
_FORGET_KEY = delete(_trust).where(_IS_THEIRS, _trust.c.thumbprint == bindparam("of"))

_OF_SESSION = (
    select(_session.c.user_id, _session.c.device_key_thumbprint)
    .where(_session.c.id == bindparam("session_id"), _session.c.revoked_at.is_(None))
    .where(_session.c.device_key_thumbprint.is_not(None))
)
_COUNT_EXPIRED = select(func.count()).select_from(_trust).where(_trust.c.expires_at <= bindparam("now"))
_EXPIRED = (
    select(_trust.c.id).where(_trust.c.expires_at <= bindparam("now")).limit(bindparam("batch")).with_for_update(skip_locked=True)
)
_DELETE = delete(_trust).where(_trust.c.id.in_(bindparam("ids", expanding=True)))


def is_trusted(db: Connection, user_id: UUID, thumbprint: str, now: datetime, *, lifetime: timedelta) -> bool:
    """Whether this user trusts the browser that has proved this key. `lifetime` is that of today: it may be shorter by now."""
    parameters = {"owner": user_id, "of": thumbprint, "now": now, "since": now - lifetime}
    return db.execute(_FIND, parameters).first() is not None


def trusted_of(db: Connection, user_id: UUID, now: datetime, *, lifetime: timedelta) -> Sequence[StoredTrust]:
    """The devices that the user trusts, the newest first."""
    return cast("Sequence[StoredTrust]", db.execute(_LIST, {"owner": user_id, "now": now, "since": now - lifetime}).all())


def trust(
    db: Connection, user_id: UUID, thumbprint: str, now: datetime, *, lifetime: timedelta, session_id: UUID, client: Client
) -> None:
    """Trust this browser from now on. The caller has locked the user, and both proofs were right."""
    db.execute(_FORGET_KEY, {"owner": user_id, "of": thumbprint})
    if surplus := db.scalars(_OLDEST, {"owner": user_id}).all():
        _end(db, _END_OLDEST, {"ids": surplus}, now, client=client)
    device, about = client.describe_device(), {"user_id": user_id, "thumbprint": thumbprint}
    db.execute(insert(_trust), about | {"id": uuid4(), "device": device, "trusted_at": now, "expires_at": now + lifetime})
    events.record(db, EventKind.DEVICE_TRUSTED, now, user_id=user_id, session_id=session_id, client=client)


def end_trust_of(
    db: Connection, user_id: UUID, now: datetime, *, client: Client = NO_CLIENT, actor_id: UUID | None = None
) -> None:
    """From now on this user is asked for a second factor on each device."""
    _end(db, _END_ALL, {"owner": user_id}, now, client=client, actor_id=actor_id)


def end_trust(db: Connection, user_id: UUID, trust_id: UUID, now: datetime, *, client: Client) -> bool:
    """End the trust in one device of the user. False if there is none."""
    return _end(db, _END, {"owner": user_id, "of": trust_id}, now, client=client)


def end_trust_of_session(
    db: Connection, session_id: UUID, now: datetime, *, client: Client = NO_CLIENT, actor_id: UUID | None = None
) -> None:
    """End the trust in the device to whose key this session is bound. An ended session ends nothing."""
    session = db.execute(_OF_SESSION, {"session_id": session_id}).one_or_none()
    if session is not None:
        _end(db, _END_OF_KEY, {"owner": session[0], "of": session[1]}, now, client=client, actor_id=actor_id)


def owners(db: Connection) -> Sequence[UUID]:
    """The users who trust any device."""
    return db.scalars(_OWNERS).all()


def count_expired(db: Connection, now: datetime) -> int:
    """How many rows `delete_expired` would delete."""
    return db.execute(_COUNT_EXPIRED, {"now": now}).scalar_one()


def delete_expired(db: Connection, now: datetime, batch: int) -> int:
    """Delete at most `batch` rows that are out of date. Returns their number."""
    ids = db.scalars(_EXPIRED, {"now": now, "batch": batch}).all()
    return db.execute(_DELETE, {"ids": ids}).rowcount if ids else 0


def _end(
    db: Connection,
    statement: Executable,
    parameters: dict[str, object],
    now: datetime,
    *,
    client: Client,
    actor_id: UUID | None = None,
) -> bool:
    ended = db.execute(statement, parameters).all()
    for user_id, device in ended:
        kind = EventKind.DEVICE_TRUST_ENDED
        events.record(db, kind, now, user_id=user_id, actor_id=actor_id, client=client, detail=device)
    return bool(ended)
