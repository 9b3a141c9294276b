"""Verifies access tokens, and asks each time whether their sessions still stand."""

from datetime import datetime
from typing import Any
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
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.claims import AccessClaims

LAST_USED_RESOLUTION = 1 / 20
"""`last_used_at` is written again only after this part of the idle timeout, so that reading stays reading."""


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

    def verify(self, access_token: str, client: Client, *, received: bool) -> Identity:
        """Who holds it. A token that was `received` shows that the browser has its generation, which is noted."""
        claims = self._access_tokens.verify(access_token)
        with self._database.connect(pings=False) as db:
            session = _session_of(db, claims)
            self._binding.require_key(session, client)
            now = self._clock()
            require_active(session, now, self._settings)
            self._note_use(db, session, claims, now, received)
        return Identity.of(session)

    def verify_session(self, session_id: UUID) -> Identity:
        """Whose session it is, if it stands. For who has shown its tokens before; raises `InvalidToken` or `SessionEnded`."""
        with self._database.connect(pings=False) as db:
            session = sessions.get(db, session_id)
        require_active(session, self._clock(), self._settings)
        return Identity.of(session)

    def verify_at_once(self, access_token: str, client: Client, *, received: bool) -> Identity:
        """The same, where only reading is to be done; raises `WouldBlock` for all else."""
        with self._database.nonblocking.reading() as db:
            claims = self._access_tokens.verify(access_token)
            session = _session_of(db, claims)
        if not can_use_fast_path(session.device_key_thumbprint, client):
            raise WouldBlock
        now = self._clock()
        require_active(session, now, self._settings)
        if self._is_stale(session, now) or (received and _is_first_sight(session, claims)):
            raise WouldBlock
        return Identity.of(session)

    def _note_use(self, db: Connection, session: Any, claims: AccessClaims, now: datetime, received: bool) -> None:
        if received and _is_first_sight(session, claims):
            with self._database.write_lock:
                sessions.mark_seen(db, session.id, claims.generation, now)
        if self._is_stale(session, now):
            with self._database.write_lock:
                sessions.touch(db, session.id, now)

    def _is_stale(self, session: Any, now: datetime) -> bool:
        return now - session.last_used_at >= self._settings.session_idle_timeout * LAST_USED_RESOLUTION


def _session_of(db: Connection, claims: AccessClaims) -> Any:
    session = sessions.get(db, claims.session_id)
    if claims.subject != session.user_id:
        raise InvalidToken
    return session


def _is_first_sight(session: Any, claims: AccessClaims) -> bool:
    return claims.generation == session.generation and session.generation_seen_at is None
