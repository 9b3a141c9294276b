"""The end of a login: its session begins, in one transaction with all that belongs to it."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.stages import LoginAttempt
from rxapp.auth.core.login.trusted_devices import TrustedDevices
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.issuing import Issuing
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair

ENDED_SESSIONS_REMOVED_PER_LOGIN = 20
"""Each login adds one session, and removes up to so many that ended long ago. So the table does not grow forever."""


class Completion(Protocol):
    """What a feature does when a login is complete, and not before: until then only the first proof was given.

    Both methods are called in the transaction in which the session begins. They go by the notes of the attempt.
    """

    def lock(self, db: Session, attempt: LoginAttempt) -> None:
        """Lock further rows. The user's is locked afterwards."""
        ...

    def complete(self, db: Session, attempt: LoginAttempt, session_id: UUID, client: Client) -> None:
        """Store what belongs to the login. An `AuthError` refuses it, and nothing is stored."""
        ...


class SessionStart:
    """Threads share one instance."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        issuing: Issuing,
        trusted: TrustedDevices,
        completions: Sequence[Completion],
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access_tokens = issuing.access_tokens
        self._refresh_tokens = issuing.refresh_tokens
        self._trusted_devices = trusted
        self._completions = completions

    @retry_on_outage
    def begin(
        self, attempt: LoginAttempt, client: Client, device_key: str | None, rehashed: str | None = None
    ) -> TokenPair | None:
        """None if the user has changed since `attempt` read it. Raises what a completion raises."""
        now, user = self._clock(), attempt.user
        session = sessions.new_session(user.id, client, device_key, now, self._settings.session_lifetime, amr=attempt.amr)
        session.authenticated_at = attempt.began_at or now
        with self._database.write() as db:
            for completion in self._completions:
                completion.lock(db, attempt)
            if not users.is_unchanged(db, user):
                return None
            db.add(session)
            db.flush()
            if rehashed is not None:
                users.replace_password_hash(db, user.id, user.password_hash, rehashed)
            connection = db.connection()
            facts: dict[str, Any] = {"user_id": user.id, "session_id": session.id, "client": client}
            events.record(connection, EventKind.LOGIN, now, **facts)
            self._trusted_devices.trust(connection, attempt, session.id, client)
            sessions.delete_ended(connection, now - self._settings.ended_session_retention, ENDED_SESSIONS_REMOVED_PER_LOGIN)
            for completion in self._completions:
                completion.complete(db, attempt, session.id, client)
            if self._completions:
                user = users.get_user(db, user.id)  # with the roles that a completion has given
        return issue_pair(self._access_tokens, self._refresh_tokens, session, user, session.generation)
