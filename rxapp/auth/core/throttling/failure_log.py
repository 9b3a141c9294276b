"""Failed attempts in the audit log: all of them, up to a bound, for strangers must not be able to fill it.

What anybody can make for nothing is bounded for each address. What takes the genuine tokens of a session tells of a theft or of
somebody who tries doors: that is bounded for each session, so that no noise of other people's keeps it out of the log.
"""

from typing import Any
from uuid import UUID

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.errors import AuthError, SessionEnded, TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.throttling.throttle import LOGIN_PERIOD, Throttle

RECORDS_PER_SESSION = 30
"""Of a kind, in `LOGIN_PERIOD`: who tries all the doors once is seen at each. Those that follow are counted in one more row."""

_ALWAYS_UPDATED_UNTIL = 100
_LEADING_BITS = 5
"""The row is brought up to date at each attempt up to the 100th, then whenever the number has only these leading bits: 16 times
while it doubles, for a flood must not write at each of its requests."""


class FailureLog:
    """Threads share one instance. `facts` are those of `security_events.record`.

    Who is throttled is written down once in a while and not at each request (`TooManyRequests.is_first`).
    """

    def __init__(self, database: Database, clock: Clock, throttle: Throttle) -> None:
        self._database = database
        self._clock = clock
        self._throttle = throttle

    def record(
        self, kind: EventKind, *, client: Client = NO_CLIENT, detail: str = "", session_id: UUID | None = None, **facts: Any
    ) -> None:
        """Write down a failed attempt, or that there are more than are written down one by one.

        `session_id` is given only where genuine tokens of that session were shown.
        """
        if session_id is None:
            self._record_by_address(kind, client, detail, facts)
        else:
            self._record_by_session(kind, session_id, client, detail, facts)

    def _record_by_address(self, kind: EventKind, client: Client, detail: str, facts: dict[str, Any]) -> None:
        try:
            self._throttle.count_record(kind, client.address)
        except TooManyRequests as refused:
            if not refused.is_first:
                return
            kind, detail, facts = EventKind.THROTTLED, refused.limit, {}
        with self._database.transaction() as db:
            events.record(db, kind, self._clock(), client=client, detail=detail, **facts)

    def _record_by_session(self, kind: EventKind, session_id: UUID, client: Client, detail: str, facts: dict[str, Any]) -> None:
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
        """Write down that somebody was slowed down."""
        if refused.is_first:
            self.record(EventKind.THROTTLED, client=client, detail=refused.limit, **facts)

    def record_login(self, error: AuthError, user_id: UUID | None, client: Client) -> None:
        """Write down a login that was refused. The name is not: people sometimes type their password there."""
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client, user_id=user_id)
        else:
            self.record(EventKind.LOGIN_FAILED, client=client, user_id=user_id)

    def record_refresh(self, error: AuthError, client: Client, session_id: UUID | None = None) -> None:
        """Write down a refresh that was refused. Of whom it was is said where the refresh token was genuine."""
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client, session_id=session_id)
        elif isinstance(error, SessionEnded):
            facts: dict[str, Any] = {"user_id": error.user_id, "session_id": error.session_id}
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.reason, **facts)
        else:
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.code)


def _updates_summary(more: int) -> bool:
    """Whether the row that counts is brought up to date now."""
    return more <= _ALWAYS_UPDATED_UNTIL or more % (1 << more.bit_length() - _LEADING_BITS) == 0
