"""Verifies access tokens, and checks each time that their sessions are still active."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_binding import DeviceBinding, can_use_fast_path
from rxapp.auth.core.sessions.rotation import require_active
from rxapp.auth.core.sessions.rows import StoredSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.claims import AccessClaims

LAST_USED_RESOLUTION = 1 / 20
"""`last_used_at` is stored again only after this part of the idle timeout. So most requests only read."""


class Verifier:
    """Threads share one instance. Errors are those of `AuthService.verify_access`."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, access_tokens: AccessTokens, binding: DeviceBinding
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access_tokens = access_tokens
        self._binding = binding

    def verify(self, access_token: str, client: Client, *, received: bool, may_wait: bool) -> Identity:
        """The holder of the token. A `received` token proves that the browser has its generation, and this is stored.

        Without `may_wait` it only reads. It raises `WouldBlock` if something has to be stored, or a proof has to be spent.
        """
        reading = self._database.reading(may_wait=may_wait)
        claims = self._access_tokens.verify(access_token)
        with reading as db:
            session = _session_of(db, claims)
            if not may_wait and not can_use_fast_path(session.device_key_thumbprint, client):
                raise WouldBlock
            self._binding.require_key(session, client)
            now = self._clock()
            require_active(session, now, self._settings)
            is_first_sight = received and claims.generation == session.generation and session.generation_seen_at is None
            is_stale = now - session.last_used_at >= self._settings.session_idle_timeout * LAST_USED_RESOLUTION
            if is_first_sight or is_stale:
                if not may_wait:
                    raise WouldBlock
                with self._database.write_lock:
                    _note_use(db, claims, now, is_first_sight=is_first_sight, is_stale=is_stale)
        return Identity.of(session)

    def verify_session(self, session_id: UUID) -> Identity:
        """The holder of the session, if it is active. Its tokens were verified earlier.

        Raises `InvalidToken` or `SessionEnded`.
        """
        with self._database.connect(pings=False) as db:
            session = sessions.get(db, session_id)
        require_active(session, self._clock(), self._settings)
        return Identity.of(session)


def _session_of(db: Connection, claims: AccessClaims) -> StoredSession:
    session = sessions.get(db, claims.session_id)
    if claims.subject != session.user_id:
        raise InvalidToken
    return session


def _note_use(db: Connection, claims: AccessClaims, now: datetime, *, is_first_sight: bool, is_stale: bool) -> None:
    if is_first_sight:
        sessions.mark_seen(db, claims.session_id, claims.generation, now)
    if is_stale:
        sessions.touch(db, claims.session_id, now)
