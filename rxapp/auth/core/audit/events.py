"""The audit log: each event is written in the transaction that it records. The user and administrators read it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Select, bindparam, delete, func, insert, select, update

from rxapp.auth.core.audit.rows import EventNews, ListedEvent
from rxapp.auth.core.audit.signals import notify
from rxapp.auth.core.database.tables import AuthTable, SecurityEvent, User
from rxapp.auth.core.identity.client import NO_CLIENT, Client

_event = AuthTable.metadata.tables[SecurityEvent.__tablename__]
_user = AuthTable.metadata.tables[User.__tablename__]
_actor = _user.alias("actor")

EXPORT_CHUNK = 1_000
"""Rows that an export reads at once, so that its memory does not grow with the log."""


class EventKind(StrEnum):
    """What can happen. Features add kinds of their own (`Feature.event_kinds`)."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    SECOND_FACTOR_ASKED = "second_factor_asked"
    REFRESH_REFUSED = "refresh_refused"
    TOKEN_REUSED = "token_reused"
    DEVICE_PROOF_REFUSED = "device_proof_refused"
    SESSION_REVOKED = "session_revoked"
    SESSION_REPLACED = "session_replaced"
    PASSWORD_CONFIRMED = "password_confirmed"
    PASSWORD_CONFIRMATION_FAILED = "password_confirmation_failed"
    SECOND_FACTOR_CONFIRMED = "second_factor_confirmed"
    SECOND_FACTOR_REFUSED = "second_factor_refused"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_SET = "password_set"
    PASSWORD_LINK_ISSUED = "password_link_issued"
    USER_REGISTERED = "user_registered"
    USER_CREATED = "user_created"
    USER_RENAMED = "user_renamed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_DELETED = "user_deleted"
    ROLES_CHANGED = "roles_changed"
    PERMISSION_DENIED = "permission_denied"
    UPLOAD_REFUSED = "upload_refused"
    SECOND_FACTOR_RESET = "second_factor_reset"
    DEVICE_TRUSTED = "device_trusted"
    DEVICE_TRUST_ENDED = "device_trust_ended"
    KEYS_ROTATED = "keys_rotated"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Selects events: of one user, of one kind, from a time on (`since`), `before` a time, or all."""

    user_id: UUID | None = None
    kind: str = ""
    since: datetime | None = None
    before: datetime | None = None


def record(
    db: Connection,
    kind: str,
    occurred_at: datetime,
    *,
    user_id: UUID | None = None,
    actor_id: UUID | None = None,
    session_id: UUID | None = None,
    client: Client = NO_CLIENT,
    detail: str = "",
) -> None:
    """Record an event in the transaction of `db`. If the actor is the user, `actor_id` stays empty."""
    values = {
        "occurred_at": occurred_at,
        "kind": kind,
        "user_id": user_id,
        "actor_id": actor_id if actor_id != user_id else None,
        "session_id": session_id,
        "address": client.address,
        "user_agent": client.user_agent,
        "detail": detail[:256],
    }
    db.execute(_INSERT, values)
    for follower in _followers.get(db.engine, ()):
        follower(db, RecordedEvent(kind, occurred_at, user_id, actor_id, session_id, client, detail))
    notify(kind, detail if kind is EventKind.SESSION_REVOKED else "")


_INSERT = insert(_event)


class RecordedEvent(NamedTuple):
    """An event that was just recorded, for followers."""

    kind: str
    occurred_at: datetime
    user_id: UUID | None
    actor_id: UUID | None
    session_id: UUID | None
    client: Client
    detail: str


Follower = Callable[[Connection, RecordedEvent], None]
"""Is called for each event, in the transaction of what it tells. So what it writes is written if and only if the event is."""

_followers: WeakKeyDictionary[Engine, tuple[Follower, ...]] = WeakKeyDictionary()


def follow(engine: Engine, followers: Iterable[Follower]) -> None:
    """From now on, call these followers, and no others, for each event that is recorded in this database."""
    _followers[engine] = tuple(followers)


SUMMARY_PATTERN = "and % more"
"""What the detail of a summary row is like."""


def summary_detail(count: int) -> str:
    """The detail of a summary row: it stands for `count` events without a row of their own."""
    return f"and {count} more"


def update_summary(db: Connection, kind: str, session_id: UUID, count: int, *, since: datetime) -> None:
    """Raise the count of a session's newest summary row since that time to `count`. It never gets lower."""
    newest_of_kind = (_event.c.occurred_at >= since, _event.c.kind == kind, _event.c.session_id == session_id)
    matching = select(_event.c.id, _event.c.detail).where(*newest_of_kind, _event.c.detail.like(SUMMARY_PATTERN))
    row = db.execute(matching.order_by(_event.c.id.desc()).limit(1).with_for_update()).one_or_none()
    if row is not None and int(_NUMBER.findall(row.detail)[0]) < count:  # from `summary_detail`
        db.execute(update(_event).where(_event.c.id == row.id).values(detail=summary_detail(count)))


_NUMBER = re.compile(r"[0-9]+")

_SELECT = (
    select(_event, _user.c.user_name, _actor.c.user_name.label("actor_name"))
    .outerjoin(_user, _user.c.id == _event.c.user_id)
    .outerjoin(_actor, _actor.c.id == _event.c.actor_id)
)


def newest(db: Connection, wanted: EventFilter, *, limit: int, offset: int = 0) -> Sequence[ListedEvent]:
    """The events with the names of user and actor, the newest first."""
    found = db.execute(_matching(_SELECT, wanted).order_by(_event.c.id.desc()).limit(limit).offset(offset)).all()
    return cast("Sequence[ListedEvent]", found)


def count(db: Connection, wanted: EventFilter) -> int:
    """How many events match."""
    return db.execute(_matching(select(func.count()).select_from(_event), wanted)).scalar_one()


def oldest_first(db: Connection, wanted: EventFilter, *, after_id: int = 0) -> Iterator[ListedEvent]:
    """All events after that id, in the order of their ids, read in chunks."""
    while chunk := db.execute(
        _matching(_SELECT, wanted).where(_event.c.id > after_id).order_by(_event.c.id).limit(EXPORT_CHUNK)
    ).all():
        yield from cast("Sequence[ListedEvent]", chunk)
        after_id = chunk[-1].id


def newest_id(db: Connection) -> int:
    """The id of the last event; 0 if there is none."""
    return db.execute(select(func.coalesce(func.max(_event.c.id), 0))).scalar_one()


_SINCE = (
    select(_event.c.id, _event.c.kind, _event.c.user_id, _event.c.session_id, _event.c.detail)
    .where(_event.c.id > bindparam("after_id"))
    .order_by(_event.c.id)
)


def since(db: Connection, after_id: int) -> Sequence[EventNews]:
    """The events after that id, without address and user agent."""
    return cast("Sequence[EventNews]", db.execute(_SINCE, {"after_id": after_id}).all())


_USER_AGENTS = select(_event.c.id, _event.c.user_agent).where(_event.c.id.in_(bindparam("ids", expanding=True)))


def user_agents_of(db: Connection, event_ids: Sequence[int]) -> dict[int, str]:
    """The user agents of the events' senders, by the ids of the events. Empty if it is not known."""
    return {event_id: user_agent or "" for event_id, user_agent in db.execute(_USER_AGENTS, {"ids": event_ids})}


_WHY_REVOKED = (
    select(_event.c.detail)
    .where(_event.c.user_id == bindparam("user_id"), _event.c.session_id == bindparam("session_id"))
    .where(_event.c.kind.in_([EventKind.SESSION_REVOKED, EventKind.TOKEN_REUSED]))
    .limit(1)
)


def why_revoked(db: Connection, user_id: UUID, session_id: UUID) -> str:
    """Why the user's session was revoked, even if session and user are deleted since. Empty if it was not revoked."""
    return db.execute(_WHY_REVOKED, {"user_id": user_id, "session_id": session_id}).scalar() or ""


_SELECT_OLD = (
    select(_event.c.id)
    .where(_event.c.occurred_at < bindparam("before"))
    .limit(bindparam("batch"))
    .with_for_update(skip_locked=True)
)
"""Separate from the DELETE, as in `sessions/statements.py`."""

_DELETE = delete(_event).where(_event.c.id.in_(bindparam("ids", expanding=True)))


def delete_batch(db: Connection, before: datetime, batch: int) -> int:
    """Remove at most `batch` events from before that time. Returns how many were removed."""
    ids = db.scalars(_SELECT_OLD, {"before": before, "batch": batch}).all()
    return db.execute(_DELETE, {"ids": ids}).rowcount if ids else 0


def _matching(statement: Select, wanted: EventFilter) -> Select:
    if wanted.user_id is not None:
        statement = statement.where(_event.c.user_id == wanted.user_id)
    if wanted.kind:
        statement = statement.where(_event.c.kind == wanted.kind)
    if wanted.since is not None:
        statement = statement.where(_event.c.occurred_at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(_event.c.occurred_at < wanted.before)
    return statement
