"""Failed attempts in the audit log. They are bounded, because strangers must not be able to fill the log.

Attempts that anybody can make are bounded for each address. An attempt with genuine tokens of a session suggests a theft, or a
user who probes for weak spots. It is bounded for each session, so that other people's noise cannot keep it out of the log.
"""

from typing import Any
from uuid import UUID

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.errors import AuthError, SessionEnded, TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.throttling.action_limits import LOGIN_PERIOD
from rxapp.auth.core.throttling.throttle import Throttle

RECORDS_PER_SESSION = 30
"""Rows of a kind in `LOGIN_PERIOD`, enough to see each handler that a user tries once. Further attempts share a summary row."""

_ALWAYS_UPDATED_UNTIL = 100
_LEADING_BITS = 5
"""The summary row is updated at each attempt up to the 100th. Later it is updated only when all bits below the count's 5 leading
bits are 0, which is 16 times while the count doubles: a flood must not cause a write at each request."""


class FailureLog:
    """Threads share one instance. `facts` are arguments of `audit.events.record`.

    A throttled client is recorded once per period and not at each request (`TooManyRequests.is_first`).
    """

    def __init__(self, database: Database, clock: Clock, throttle: Throttle) -> None:
        self._database = database
        self._clock = clock
        self._throttle = throttle

    def record(
        self, kind: str, *, client: Client = NO_CLIENT, detail: str = "", session_id: UUID | None = None, **facts: Any
    ) -> None:
        """Record a failed attempt. Beyond the bounds, record only that there are more.

        Pass `session_id` only if the client showed genuine tokens of that session.
        """
        if session_id is None:
            self._record_by_address(kind, client, detail, facts)
        else:
            self._record_by_session(kind, session_id, client, detail, facts)

    def _record_by_address(self, kind: str, client: Client, detail: str, facts: dict[str, Any]) -> None:
        try:
            self._throttle.count_record(kind, client.address)
        except TooManyRequests as refused:
            if not refused.is_first:
                return
            kind, detail, facts = EventKind.THROTTLED, refused.limit, {}
        with self._database.transaction() as db:
            events.record(db, kind, self._clock(), client=client, detail=detail, **facts)

    def _record_by_session(self, kind: str, session_id: UUID, client: Client, detail: str, facts: dict[str, Any]) -> None:
        more = self._throttle.count_session_record(session_id, kind) - RECORDS_PER_SESSION
        now = self._clock()
        if more > 1:
            if _updates_summary(more):
                with self._database.transaction() as db:
                    events.update_summary(db, kind, session_id, more, since=now - LOGIN_PERIOD)
            return
        detail = events.summary_detail(more) if more == 1 else detail
        with self._database.transaction() as db:
            events.record(db, kind, now, session_id=session_id, client=client, detail=detail, **facts)

    def record_throttled(self, refused: TooManyRequests, client: Client, **facts: Any) -> None:
        """Record that a client was throttled."""
        if refused.is_first:
            self.record(EventKind.THROTTLED, client=client, detail=refused.limit, **facts)

    def record_login(self, error: AuthError, user_id: UUID | None, client: Client) -> None:
        """Record a refused login, without the user name: people sometimes type their password there."""
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client, user_id=user_id)
        else:
            self.record(EventKind.LOGIN_FAILED, client=client, user_id=user_id)

    def record_refresh(self, error: AuthError, client: Client, session_id: UUID | None = None) -> None:
        """Record a refused refresh. User and session are recorded only if the refresh token was genuine."""
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client, session_id=session_id)
        elif isinstance(error, SessionEnded):
            facts: dict[str, Any] = {"user_id": error.user_id, "session_id": error.session_id}
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.reason, **facts)
        else:
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.code)


def _updates_summary(more: int) -> bool:
    """Whether the summary row is updated at this count."""
    return more <= _ALWAYS_UPDATED_UNTIL or more % (1 << more.bit_length() - _LEADING_BITS) == 0
