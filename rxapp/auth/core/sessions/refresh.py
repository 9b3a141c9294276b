"""Exchanges a refresh token for its successor. `rotation` decides. This module reads the facts and carries the decision out.

Nearly every refresh presents the current token of an active session whose salt is known. Then one statement is enough. For
every other refresh the session is read first, and a refusal says why.
"""

from dataclasses import dataclass
from uuid import UUID

from rxapp.auth.core.audit.signals import REPLAYED, ROTATED, notify
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.nonblocking_sqlite import WouldBlock
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import InvalidToken, TokenReused
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_binding import can_use_fast_path
from rxapp.auth.core.sessions.issuing import Issuing
from rxapp.auth.core.sessions.rotation import RotationDecision, decide_rotation
from rxapp.auth.core.sessions.rows import RotatedSession, StoredSession
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.steps import Step, Steps
from rxapp.auth.core.throttling.throttle import Throttle
from rxapp.auth.core.tokens.refresh_tokens import MAXIMUM_GENERATION, PresentedRefreshToken
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair


@dataclass(slots=True)
class RefreshRequest:
    """A request for a refresh. `subject` is the user and `device_key` the key of its session, as the access token says.

    `is_plain` says that the token is genuine, that its key was proved if it needs one, and that one statement may be enough.
    `is_counted` says that the rate limit has allowed this request, so that it is not counted twice.
    """

    presented: PresentedRefreshToken
    client: Client
    subject: UUID
    device_key: str | None
    is_plain: bool
    is_counted: bool = False


class Refresher:
    """Threads share one instance. Errors are those of `AuthService.refresh`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        issuing: Issuing,
        throttle: Throttle,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access_tokens = issuing.access_tokens
        self._refresh_tokens = issuing.refresh_tokens
        self._throttle = throttle
        self._binding = issuing.binding

    def refresh(self, access_token: str, refresh_token: str, client: Client) -> Steps[TokenPair]:
        """The next token pair. The only step makes its refresh token the current one."""
        asked = self._read(access_token, refresh_token, client)
        session = yield Step(self._rotate, (asked,), tries=True)
        if session.user_id != asked.subject:  # somebody has written to the table: the session was another user's
            raise InvalidToken
        return issue_pair(self._access_tokens, self._refresh_tokens, session, session, asked.presented.generation + 1)

    def _read(self, access_token: str, refresh_token: str, client: Client) -> RefreshRequest:
        presented = PresentedRefreshToken.parse(refresh_token)
        claims = self._access_tokens.identify(access_token)
        if claims.session_id != presented.session_id:
            raise InvalidToken
        salt = self._refresh_tokens.known_salt(presented.session_id)
        is_plain = salt is not None and can_use_fast_path(claims.device_key_thumbprint, client)
        if salt is not None and is_plain:
            self._refresh_tokens.verify(presented, salt)
        return RefreshRequest(presented, client, claims.subject, claims.device_key_thumbprint, is_plain)

    def _rotate(self, asked: RefreshRequest, *, may_wait: bool = True) -> RotatedSession:
        """The session's row with its user's columns. From now on the successor is the current token."""
        if self._may_use_one_statement(asked, may_wait) and (session := self._rotate_active(asked, asked.device_key, may_wait)):
            notify(ROTATED)
            return session
        if not may_wait:
            raise WouldBlock
        with self._database.connect(pings=False) as db:
            session = sessions.get(db, asked.presented.session_id)
        self._refresh_tokens.verify(asked.presented, session.salt)
        self._binding.require_key(session, asked.client)
        return self._decide_and_rotate(asked, session)

    def _may_use_one_statement(self, asked: RefreshRequest, may_wait: bool) -> bool:
        if not may_wait and self._settings.redis_url:  # with Redis the rate limit is a network call, so never on the event loop
            raise WouldBlock
        if asked.is_plain and not asked.is_counted:
            asked.is_counted = self._throttle.allows_refresh(asked.presented.session_id)
        return asked.is_counted and asked.presented.generation < MAXIMUM_GENERATION

    @retry_on_outage
    def _rotate_active(self, asked: RefreshRequest, device_key: str | None, may_wait: bool = True) -> RotatedSession | None:
        presented, now = asked.presented, self._clock()
        idle_since = now - self._settings.session_idle_timeout
        with self._database.writing(may_wait=may_wait) as db:
            return rotation_statements.rotate(
                db, presented.session_id, presented.generation, now, idle_since=idle_since, device_key=device_key
            )

    @retry_on_outage
    def _decide_and_rotate(self, asked: RefreshRequest, session: StoredSession) -> RotatedSession:
        # Also handles a commit whose outcome is unknown: if it was done, the presented token is the predecessor now. Replay.
        while True:
            decision = decide_rotation(session, asked.presented.generation, self._clock(), self._settings)
            if decision is RotationDecision.REUSE:
                raise TokenReused(session.id, session.user_id)
            if not asked.is_counted:
                self._throttle.count_refresh(session.id)
                asked.is_counted = True
            if decision is RotationDecision.REPLAY:
                self._database.sync()  # whoever rotated may still wait for the disk, and would not have told anybody yet
                notify(REPLAYED)
                return session
            if rotated := self._rotate_active(asked, session.device_key_thumbprint):
                notify(ROTATED)
                return rotated
            # Another caller has rotated or ended the session between our read and our write. Read it and decide again.
            with self._database.connect(pings=False) as db:
                session = sessions.get(db, session.id)
