"""Failed attempts in the audit log: all of them, up to a bound for each address, for strangers must not be able to fill it."""

from typing import Any

from rxapp.auth import security_events as events
from rxapp.auth import sessions, users
from rxapp.auth.clients import NO_CLIENT, Client
from rxapp.auth.clock import Clock
from rxapp.auth.database import Database
from rxapp.auth.errors import AuthError, SessionEnded, TooManyRequests
from rxapp.auth.security_events import EventKind
from rxapp.auth.throttle import Throttle


class FailureLog:
    """Threads share one instance. `facts` are those of `security_events.record`.

    Who is throttled is written down once in a while and not at each request (`TooManyRequests.is_first`).
    """

    def __init__(self, database: Database, clock: Clock, throttle: Throttle) -> None:
        self._database = database
        self._clock = clock
        self._throttle = throttle

    def record(self, kind: EventKind, *, client: Client = NO_CLIENT, detail: str = "", **facts: Any) -> None:
        """Write down a failed attempt, or once in a while that there are more than are written down."""
        try:
            self._throttle.recording(client.address)
        except TooManyRequests as refused:
            if not refused.is_first:
                return
            kind, detail, facts = EventKind.THROTTLED, refused.limit, {}
        with self._database.transaction() as db:
            events.record(db, kind, self._clock(), client=client, detail=detail, **facts)

    def record_throttled(self, refused: TooManyRequests, client: Client, **facts: Any) -> None:
        """Write down that somebody was slowed down."""
        if refused.is_first:
            self.record(EventKind.THROTTLED, client=client, detail=refused.limit, **facts)

    def record_login(self, error: AuthError, user_name: str, client: Client) -> None:
        """Write down a login that was refused. The name is not: people sometimes type their password there."""
        if isinstance(error, TooManyRequests) and not error.is_first:
            return
        with self._database.read() as db:
            user = users.find_user(db, user_name)
        user_id = user.id if user else None
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client, user_id=user_id)
        else:
            self.record(EventKind.LOGIN_FAILED, client=client, user_id=user_id)

    def record_refresh(self, error: AuthError, client: Client) -> None:
        """Write down a refresh that was refused."""
        if isinstance(error, TooManyRequests):
            self.record_throttled(error, client)
        elif isinstance(error, SessionEnded):
            with self._database.connect() as db:
                session = sessions.find(db, error.session_id)
            facts: dict[str, Any] = {"user_id": session.user_id if session else None, "session_id": error.session_id}
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.reason, **facts)
        else:
            self.record(EventKind.REFRESH_REFUSED, client=client, detail=error.code)
