"""Answers refresh tokens with their successors: `rotation` decides, this finds out what it needs to know and does it."""

from typing import Any

from sqlalchemy import Connection

from rxapp.auth import session_steps, sessions
from rxapp.auth.access_tokens import AccessTokens
from rxapp.auth.clients import Client
from rxapp.auth.clock import Clock
from rxapp.auth.database import Database
from rxapp.auth.device_binding import DeviceBinding, is_plainly_bound_to
from rxapp.auth.errors import AuthError, InvalidToken, TokenReused
from rxapp.auth.observation import REPLAYED, ROTATED, notify
from rxapp.auth.outages import repeated
from rxapp.auth.prompt_database import WouldWait
from rxapp.auth.refresh_tokens import MAXIMUM_GENERATION, PresentedRefreshToken, RefreshTokens
from rxapp.auth.rotation import Answer, judge
from rxapp.auth.settings import Settings
from rxapp.auth.throttle import Throttle
from rxapp.auth.token_pairs import TokenPair, issue_pair


class Rotator:
    """Threads share one instance. Errors are those of `AuthService.refresh`.

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

    def answer(self, access_token: str, refresh_token: str, client: Client) -> TokenPair:
        """The successor of `refresh_token`, which came along with `access_token`."""
        presented, is_plain = self._read(access_token, refresh_token, client)
        is_counted = is_plain and self._throttle.allows_refresh(presented.session_id)
        if is_counted and (pair := self._rotate(presented, client)):
            return pair
        with self._database.connect(pings=False) as db:
            session = sessions.get(db, presented.session_id)
        self._refresh_tokens.verify(presented, session.salt)
        self._binding.require_key(session, client)
        return self._judge_and_answer(presented, session, is_counted)

    def answer_at_once(self, access_token: str, refresh_token: str, client: Client) -> TokenPair:
        """The same, for the one statement alone; raises `WouldWait` for all else, and nothing has been counted."""
        try:
            presented, is_plain = self._read(access_token, refresh_token, client)
        except AuthError as error:
            raise WouldWait from error  # which is to be written down
        if not is_plain or self._settings.redis_url:  # which counts, over a network
            raise WouldWait
        with self._database.prompt.writing() as db:
            session = self._step_if_standing(db, presented, client)
            if session is None or not self._throttle.allows_refresh(presented.session_id):
                raise WouldWait
        return self._rotated(presented, session)

    def _read(self, access_token: str, refresh_token: str, client: Client) -> tuple[PresentedRefreshToken, bool]:
        """The refresh token taken apart, and whether one statement may be enough; if so it is known to be genuine."""
        presented = PresentedRefreshToken.parse(refresh_token)
        claims = self._access_tokens.identify(access_token)
        if claims.session_id != presented.session_id:
            raise InvalidToken
        salt = self._refresh_tokens.known_salt(presented.session_id)
        if salt is None or not is_plainly_bound_to(claims.device_key_thumbprint, client):
            return presented, False
        self._refresh_tokens.verify(presented, salt)
        return presented, True

    @repeated
    def _rotate(self, presented: PresentedRefreshToken, client: Client) -> TokenPair | None:
        with self._database.connect(pings=False) as db, self._database.turn_to_write:
            session = self._step_if_standing(db, presented, client)
        return self._rotated(presented, session) if session else None

    def _step_if_standing(self, db: Connection, presented: PresentedRefreshToken, client: Client) -> Any | None:
        if presented.generation >= MAXIMUM_GENERATION:
            return None
        now = self._clock()
        idle_since = now - self._settings.session_idle_timeout
        key = client.device_key.thumbprint if client.device_key else None
        return session_steps.rotate_standing(
            db, presented.session_id, presented.generation, now, idle_since=idle_since, device_key=key
        )

    @repeated
    def _judge_and_answer(self, presented: PresentedRefreshToken, session: Any, is_counted: bool) -> TokenPair:
        # Also after a step of which nobody knows whether it was taken: if it was, this finds the predecessor, and replays.
        with self._database.connect(pings=False) as db:
            while True:
                answer = judge(session, presented.generation, self._clock(), self._settings)
                if answer is Answer.REUSE:
                    raise TokenReused(session.id)
                if not is_counted:
                    self._throttle.refresh(session.id)
                if answer is Answer.REPLAY:
                    notify(REPLAYED)
                    return self._successor(presented, session)
                if self._step(db, presented):
                    return self._rotated(presented, session)
                # Somebody else took this step between our read and our write: look again, it is the predecessor now.
                session = sessions.get(db, presented.session_id)

    def _step(self, db: Connection, presented: PresentedRefreshToken) -> bool:
        if presented.generation >= MAXIMUM_GENERATION:
            raise InvalidToken
        with self._database.turn_to_write:
            return session_steps.rotate(db, presented.session_id, presented.generation, self._clock())

    def _rotated(self, presented: PresentedRefreshToken, session: Any) -> TokenPair:
        notify(ROTATED)
        return self._successor(presented, session)

    def _successor(self, presented: PresentedRefreshToken, session: Any) -> TokenPair:
        return issue_pair(self._access_tokens, self._refresh_tokens, session, session, presented.generation + 1)
