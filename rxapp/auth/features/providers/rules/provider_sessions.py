"""The statements on `auth_provider_session`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from rxapp.auth.core.audit.events import EventKind, Follower, RecordedEvent
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.provider_tables import ProviderSession
from rxapp.auth.core.database.tables import AuthSession, AuthTable
from rxapp.auth.core.features import Pruner
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.providers.rules.profile import Profile

_provider_session = AuthTable.metadata.tables[ProviderSession.__tablename__]
_session = AuthTable.metadata.tables[AuthSession.__tablename__]

_BATCH = 500

_NEW = insert(_provider_session)
_MOVE = update(_provider_session).where(_provider_session.c.session_id == bindparam("old")).values(session_id=bindparam("new"))
_ACTIVE = (
    select(_provider_session.c.session_id)
    .join(_session, _session.c.id == _provider_session.c.session_id)
    .where(
        _session.c.revoked_at.is_(None),
        _session.c.created_at <= bindparam("until"),
        _provider_session.c.issuer == bindparam("by"),
    )
)
_BY_SUBJECT = _ACTIVE.where(_provider_session.c.subject == bindparam("who"))
_BY_SESSION = _ACTIVE.where(_provider_session.c.provider_session == bindparam("sid"))
_BY_BOTH = _BY_SUBJECT.where(_provider_session.c.provider_session.in_(["", bindparam("sid")]))
_HAS_SESSION = select(_session.c.id).where(_session.c.id == _provider_session.c.session_id).exists()
_LEFT_OVER = select(_provider_session.c.session_id).where(~_HAS_SESSION)


def note(db: Connection, user_id: UUID, profile: Profile, session_id: UUID) -> None:
    """Note with which session at the provider one of ours has begun."""
    names = {"issuer": profile.issuer, "subject": profile.subject, "provider_session": profile.session}
    db.execute(_NEW, {"session_id": session_id, "user_id": user_id} | names)


def begun_with(db: Connection, issuer: str, subject: str, session: str, *, until: datetime) -> list[UUID]:
    """Our sessions that began by then with that session at the provider; without `session` all of that account there.

    A session of ours that knows of none there ends with each of its account.
    """
    statement = _BY_BOTH if subject and session else _BY_SESSION if session else _BY_SUBJECT
    return list(db.scalars(statement, {"by": issuer, "who": subject, "sid": session, "until": until}))


def follow(_service: AuthService) -> Follower:
    """Follows a session for which another takes the place."""

    def follow_event(db: Connection, event: RecordedEvent) -> None:
        if event.kind == EventKind.SESSION_REPLACED:
            db.execute(_MOVE, {"old": UUID(event.detail), "new": event.session_id})

    return follow_event


def _count(_settings: Settings, database: Database, _clock: Clock) -> int:
    with database.connect() as db:
        return db.execute(select(func.count()).select_from(_LEFT_OVER.subquery())).scalar_one()


def _remove(_settings: Settings, database: Database, _clock: Clock) -> int:
    with database.transaction() as db:
        batch = list(db.scalars(_LEFT_OVER.limit(_BATCH)))
        return db.execute(delete(_provider_session).where(_provider_session.c.session_id.in_(batch))).rowcount if batch else 0


PRUNER = Pruner("sessions at providers", "auth_provider_session", _count, _remove)
"""Removes the rows whose session is gone."""
