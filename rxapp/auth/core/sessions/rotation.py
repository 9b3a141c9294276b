"""Decides how a presented refresh token is answered: the protocol's table as one function, without a database or a clock.

The same rule is in SQL where one statement decides and rotates (`rotation_statements`). That statement must never rotate if this
function would not: `tests/core/sessions/test_one_statement_rotation.py` compares the two at every limit. `verification` stores
that a generation was seen in use, and `AuthService.refresh_in_steps` ends a session whose spent token came back.
"""

from datetime import datetime
from enum import Enum

from rxapp.auth.core.errors import InvalidToken, SessionExpired, SessionIdle, SessionRevoked
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.refresh_tokens import MAXIMUM_GENERATION


class RotationDecision(Enum):
    """What to do with a genuine refresh token of an active session."""

    ROTATE = "the current generation: step to the next one"
    REPLAY = "its holder may not have received the successor: give the same successor again"
    REUSE = "spent, and its successor is in use: two parties hold this session"


def decide_rotation(session: StoredSession, presented_generation: int, now: datetime, settings: Settings) -> RotationDecision:
    """Decide on a genuine refresh token. Raises like `require_active`, and `InvalidToken` for a generation not issued yet.

    Only the immediate predecessor is still answered: until its successor is seen in use, and for `rotation_grace_period` after
    that. A genuine token of a future generation means that the database was restored to a state before it was issued.
    """
    require_active(session, now, settings)
    if presented_generation > session.generation:
        raise InvalidToken
    if presented_generation == session.generation:
        if presented_generation >= MAXIMUM_GENERATION:
            raise InvalidToken
        return RotationDecision.ROTATE
    if presented_generation == session.generation - 1 and _successor_may_be_unknown(session, now, settings):
        return RotationDecision.REPLAY
    return RotationDecision.REUSE


def require_active(session: StoredSession, now: datetime, settings: Settings) -> None:
    """Raise `SessionRevoked`, `SessionExpired` or `SessionIdle` unless the session is active. Revoked always wins."""
    if session.revoked_at is not None:
        raise SessionRevoked(session.id, session.user_id, session.revoked_reason or SessionRevoked.code)
    if session.disabled_at is not None:
        raise SessionRevoked(session.id, session.user_id)
    if session.expires_at <= now:
        raise SessionExpired(session.id, session.user_id)
    if session.last_used_at + settings.session_idle_timeout <= now:
        raise SessionIdle(session.id, session.user_id)


def _successor_may_be_unknown(session: StoredSession, now: datetime, settings: Settings) -> bool:
    seen_at = session.generation_seen_at
    return seen_at is None or now <= seen_at + settings.rotation_grace_period
