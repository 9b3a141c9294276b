"""Answers refresh tokens with their successors: `rotation` decides, this finds out what it needs to know and does it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from rxapp.auth.core.audit.signals import REPLAYED, ROTATED, notify
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import InvalidToken, TokenReused
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_binding import DeviceBinding, can_use_fast_path
from rxapp.auth.core.sessions.rotation import RotationDecision, decide_rotation
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.throttle import Throttle
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.refresh_tokens import MAXIMUM_GENERATION, PresentedRefreshToken, RefreshTokens
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """A refresh as it was asked for. `device_key` names the key that its session is bound to, as the access token says.

    `is_plain`: it is genuine, with the key if it needs one, and one statement may be enough for it.
    """

    presented: PresentedRefreshToken
    client: Client
    device_key: str | None
    is_plain: bool


class Rotator:
    """Threads share one instance. Errors are those of `AuthService.refresh`.

    In three parts, so that an event loop computes the first and the last by itself, and only the middle, which waits for the
    database, is another thread's: two that compute at the same time fight for the interpreter.

    Nearly every refresh is the current token of a standing session whose salt is known: that takes one statement. Whatever is
    not that is looked at closely, and told what it is.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        throttle: Throttle,
        binding: DeviceBinding,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._throttle = throttle
        self._binding = binding

    def read(self, access_token: str, refresh_token: str, client: Client) -> RefreshRequest:
        """The first part: take apart what was presented."""
        presented = PresentedRefreshToken.parse(refresh_token)
        claims = self._access_tokens.identify(access_token)
        if claims.session_id != presented.session_id:
            raise InvalidToken
        salt = self._refresh_tokens.known_salt(presented.session_id)
        is_plain = salt is not None and can_use_fast_path(claims.device_key_thumbprint, client)
        if salt is not None and is_plain:
            self._refresh_tokens.verify(presented, salt)
        return RefreshRequest(presented, client, claims.device_key_thumbprint, is_plain)

    def answer(self, asked: RefreshRequest) -> Any:
        """The second: see to it that the successor is the current token. The session's row, with its user's columns."""
        presented = asked.presented
        is_counted = asked.is_plain and self._throttle.allows_refresh(presented.session_id)
        if is_counted and (session := self._rotate(asked)):
            return session
        with self._database.connect(pings=False) as db:
            session = sessions.get(db, presented.session_id)
        self._refresh_tokens.verify(presented, session.salt)
        self._binding.require_key(session, asked.client)
        return self._judge_and_rotate(presented, session, is_counted)

    def answer_at_once(self, asked: RefreshRequest) -> Any:
        """The same, for the one statement alone; raises `WouldBlock` for all else, and nothing has been counted."""
        if not asked.is_plain or self._settings.redis_url:  # which counts, over a network
            raise WouldBlock
        with self._database.nonblocking.writing() as db:
            session = self._step_if_active(db, asked)
            if session is None or not self._throttle.allows_refresh(asked.presented.session_id):
                raise WouldBlock
        notify(ROTATED)
        return session

    def successor(self, asked: RefreshRequest, session: Any) -> TokenPair:
        """The last: the pair that follows."""
        return issue_pair(self._access_tokens, self._refresh_tokens, session, session, asked.presented.generation + 1)

    @retry_on_outage
    def _rotate(self, asked: RefreshRequest) -> Any | None:
        with self._database.connect(pings=False) as db, self._database.write_lock:
            session = self._step_if_active(db, asked)
        if session is not None:
            notify(ROTATED)
        return session

    def _step_if_active(self, db: Connection, asked: RefreshRequest) -> Any | None:
        presented = asked.presented
        if presented.generation >= MAXIMUM_GENERATION:
            return None
        now = self._clock()
        return rotation_statements.rotate_active(
            db,
            presented.session_id,
            presented.generation,
            now,
            idle_since=now - self._settings.session_idle_timeout,
            device_key=asked.device_key,
        )

    @retry_on_outage
    def _judge_and_rotate(self, presented: PresentedRefreshToken, session: Any, is_counted: bool) -> Any:
        # Also after a step of which nobody knows whether it was taken: if it was, this finds the predecessor, and replays.
        with self._database.connect(pings=False) as db:
            while True:
                answer = decide_rotation(session, presented.generation, self._clock(), self._settings)
                if answer is RotationDecision.REUSE:
                    raise TokenReused(session.id, session.user_id)
                if not is_counted:
                    self._throttle.count_refresh(session.id)
                if answer is RotationDecision.REPLAY or self._step(db, presented):
                    notify(REPLAYED if answer is RotationDecision.REPLAY else ROTATED)
                    return session
                # Somebody else took this step between our read and our write: look again, it is the predecessor now.
                session = sessions.get(db, presented.session_id)

    def _step(self, db: Connection, presented: PresentedRefreshToken) -> bool:
        if presented.generation >= MAXIMUM_GENERATION:
            raise InvalidToken
        with self._database.write_lock:
            return rotation_statements.rotate(db, presented.session_id, presented.generation, self._clock())
