"""Ends sessions, and where that is meant the trust in their devices. It is recorded in the audit log, in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.errors import RevocationReason, SessionRevoked
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_trust import end_trust_of, end_trust_of_session


def require_unrevoked(db: Connection, session_id: UUID) -> None:
    """Raise `SessionRevoked` if the session was ended while its holder's action was on its way. The caller has locked the user.

    Otherwise a thief's action that had begun before would still count after the owner has ended all sessions.
    """
    session = sessions.get(db, session_id)
    if session.revoked_at is not None:
        raise SessionRevoked(session_id, session.user_id, session.revoked_reason or SessionRevoked.code)


def end_session(
    db: Connection,
    session_id: UUID,
    reason: RevocationReason,
    now: datetime,
    *,
    ends_trust: bool,
    client: Client = NO_CLIENT,
    actor_id: UUID | None = None,
) -> bool:
    """End a session for every holder of its tokens. False if it had already ended. Then nothing has changed.

    With `ends_trust` its device is no longer trusted either. After a log-out it stays trusted.
    """
    if ends_trust:
        end_trust_of_session(db, session_id, now, client=client, actor_id=actor_id)
    owner_id = sessions.revoke(db, session_id, reason, now)
    if owner_id is None:
        return False
    kind = EventKind.TOKEN_REUSED if reason is RevocationReason.TOKEN_REUSED else EventKind.SESSION_REVOKED
    events.record(db, kind, now, user_id=owner_id, actor_id=actor_id, session_id=session_id, client=client, detail=reason)
    return True


def end_sessions_of(
    db: Connection,
    owner_id: UUID,
    reason: RevocationReason,
    now: datetime,
    *,
    client: Client = NO_CLIENT,
    actor_id: UUID | None = None,
    exclude: UUID | None = None,
) -> list[UUID]:
    """End all sessions of a user except `exclude`, and the trust in all their devices.

    Returns the ids of the sessions that were active, to tell their open pages.
    """
    end_trust_of(db, owner_id, now, client=client, actor_id=actor_id)
    ended = sessions.revoke_all(db, owner_id, reason, now, exclude=exclude)
    for session_id in ended:
        kind = EventKind.SESSION_REVOKED
        events.record(db, kind, now, user_id=owner_id, actor_id=actor_id, session_id=session_id, client=client, detail=reason)
    return ended


def end_sessions_by(
    db: Connection,
    owner_id: UUID,
    method: str,
    reason: RevocationReason,
    now: datetime,
    *,
    client: Client = NO_CLIENT,
    actor_id: UUID | None = None,
    exclude: UUID | None = None,
) -> list[UUID]:
    """End the sessions of a user in which the proof `method` was given, except `exclude`. Returns the ids of those that ended.

    For a proof that is removed, perhaps because somebody else has it. Their devices are no longer trusted.
    """
    given = [session_id for session_id, amr in sessions.unrevoked_of(db, owner_id).items() if method in amr]
    facts: dict[str, Any] = {"ends_trust": True, "client": client, "actor_id": actor_id}
    return [session_id for session_id in given if session_id != exclude and end_session(db, session_id, reason, now, **facts)]
