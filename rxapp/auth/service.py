"""The auth service: every rule of signing in, staying signed in and signing out, in plain synchronous Python.

It is given its settings, the database and a clock, and reads neither the environment nor the time by itself. Each method is one
operation: it succeeds whole and returns a value, or raises one `AuthError` and has changed nothing that the error does not name.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth import sessions, users
from rxapp.auth.access_tokens import AccessClaims, AccessTokens
from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.errors import AuthError, InvalidToken, RevocationReason, TokenReused
from rxapp.auth.keys import Keys
from rxapp.auth.models import AuthSession, User
from rxapp.auth.passwords import PasswordHasher
from rxapp.auth.refresh_tokens import MAXIMUM_GENERATION, PresentedRefreshToken, RefreshTokens
from rxapp.auth.rotation import Answer, judge, require_standing
from rxapp.auth.settings import Settings

SALT_BYTES = 32

ENDED_SESSION_RETENTION = timedelta(days=30)
"""How long an ended session is kept, so that whoever comes back late is still told why it ended."""

LAST_USED_RESOLUTION = 1 / 20
"""`last_used_at` is written again only after this part of the idle timeout, so that reading stays reading."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a browser holds of a session. Both are secrets, so neither is in the `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, verified: with the roles as they are in the database now."""

    user_id: UUID
    session_id: UUID
    user_name: str
    roles: frozenset[str]

    def has_role(self, *roles: str) -> bool:
        """Whether the user has one of `roles`; with none named, anyone who is signed in has."""
        return not roles or not self.roles.isdisjoint(roles)


class AuthService:
    """Logs in, refreshes, verifies and revokes. Threads share one instance."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        keys = Keys.derive(settings.secret_key.get_secret_value())
        self.settings = settings
        self.database = database
        self.clock = clock
        self.passwords = PasswordHasher(settings)
        self.access_tokens = AccessTokens(settings, keys, clock)
        self.refresh_tokens = RefreshTokens(keys)

    def create_user(self, user_name: str, password: str, *, roles: list[str] | None = None, display_name: str = "") -> User:
        """Store a new user; SQLAlchemy's `IntegrityError` if the name is taken."""
        user = User(
            user_name=user_name,
            user_name_key=users.user_name_key(user_name),
            display_name=display_name or user_name,
            password_hash=self.passwords.hash_password(password),
            roles=roles or [],
            created_at=self.clock(),
        )
        with self.database.write() as db:
            db.add(user)
        return user

    def log_in(self, user_name: str, password: str) -> TokenPair:
        """Check the password and begin a session. Raises `InvalidCredentials`, whatever the cause."""
        with self.database.read() as db:
            user = users.find_user(db, user_name)
        if user is None or user.disabled_at is not None:
            self.passwords.refuse_unknown_user(password)
        rehashed = self.passwords.verify_password(password, user.password_hash)
        return self._begin_session(user, rehashed)

    def _begin_session(self, user: User, rehashed: str | None) -> TokenPair:
        now = self.clock()
        session = AuthSession(
            user_id=user.id,
            salt=secrets.token_bytes(SALT_BYTES),
            created_at=now,
            last_used_at=now,
            expires_at=now + self.settings.session_lifetime,
        )
        with self.database.write() as db:
            db.add(session)
            if rehashed is not None:
                users.replace_password_hash(db, user.id, user.password_hash, rehashed)
            sessions.delete_ended(db.connection(), user.id, now - ENDED_SESSION_RETENTION)
        return TokenPair(
            access_token=self.access_tokens.issue(
                subject=user.id,
                session_id=session.id,
                generation=session.generation,
                user_name=user.user_name,
                roles=user.roles,
                session_expires_at=session.expires_at,
            ),
            refresh_token=self.refresh_tokens.issue(session.id, session.generation, session.salt),
        )

    def refresh(self, access_token: str, refresh_token: str) -> TokenPair:
        """Answer a refresh token with its successor, as `rotation.judge` decides. The access token may have expired.

        Raises `InvalidToken`, and nothing has changed; `SessionExpired`, `SessionIdle` or `SessionRevoked`; or `TokenReused`, and
        the session has been revoked.
        """
        presented = PresentedRefreshToken.parse(refresh_token)
        if self.access_tokens.identify(access_token).session_id != presented.session_id:
            raise InvalidToken
        with self.database.connect() as db:
            while True:
                session = _find_session(db, presented.session_id)
                self.refresh_tokens.verify(presented, session.salt)
                answer = judge(session, presented.generation, self.clock(), self.settings)
                if answer is Answer.REUSE:
                    self._revoke(db, session.id, RevocationReason.TOKEN_REUSED)
                    raise TokenReused(session.id)
                if answer is Answer.REPLAY or self._step(db, presented):
                    return self._issue_pair(session, presented.generation + 1)
                # Somebody else took this step between our read and our write: look again, it is the predecessor now.

    def verify_access(self, access_token: str, *, received: bool = True) -> Identity:
        """Who holds this access token, if it is good and its session stands.

        `received=False` says that the token comes from our own memory and does not show that the browser has it: a token that
        was sent and got lost must not count as seen in use. Raises `AccessTokenExpired`, `InvalidToken`, `SessionRevoked`,
        `SessionExpired` or `SessionIdle`.
        """
        claims = self.access_tokens.verify(access_token)
        with self.database.connect() as db:
            session = _find_session(db, claims.session_id)
            if claims.subject != session.user_id:
                raise InvalidToken
            require_standing(session, self.clock(), self.settings)
            self._note_use(db, session, claims, received)
        return Identity(session.user_id, session.id, session.user_name, frozenset(session.roles))

    def revoke(self, session_id: UUID, reason: RevocationReason = RevocationReason.SESSION_REVOKED) -> bool:
        """End a session now, for every holder of its tokens. False if it had ended before."""
        with self.database.connect() as db:
            return self._revoke(db, session_id, reason)

    def end_session_of(self, access_token: str, reason: RevocationReason = RevocationReason.SIGNED_OUT) -> UUID | None:
        """Log out by a genuine access token, expired or not. Returns the id of its session, None for any other token."""
        try:
            session_id = self.access_tokens.identify(access_token).session_id
        except AuthError:
            return None
        self.revoke(session_id, reason)
        return session_id

    def _revoke(self, db: Connection, session_id: UUID, reason: RevocationReason) -> bool:
        with self.database.turn_to_write:
            return sessions.revoke(db, session_id, reason, self.clock())

    def _step(self, db: Connection, presented: PresentedRefreshToken) -> bool:
        if presented.generation >= MAXIMUM_GENERATION:
            raise InvalidToken
        with self.database.turn_to_write:
            return sessions.rotate(db, presented.session_id, presented.generation, self.clock())

    def _issue_pair(self, session: Any, generation: int) -> TokenPair:
        return TokenPair(
            access_token=self.access_tokens.issue(
                subject=session.user_id,
                session_id=session.id,
                generation=generation,
                user_name=session.user_name,
                roles=session.roles,
                session_expires_at=session.expires_at,
            ),
            refresh_token=self.refresh_tokens.issue(session.id, generation, session.salt),
        )

    def _note_use(self, db: Connection, session: Any, claims: AccessClaims, received: bool) -> None:
        now = self.clock()
        is_first_sight = received and claims.generation == session.generation and session.generation_seen_at is None
        is_stale = now - session.last_used_at >= self.settings.session_idle_timeout * LAST_USED_RESOLUTION
        if is_first_sight:
            with self.database.turn_to_write:
                sessions.mark_seen(db, session.id, claims.generation, now)
        if is_stale:
            with self.database.turn_to_write:
                sessions.touch(db, session.id, now)


def _find_session(db: Connection, session_id: UUID) -> Any:
    session = sessions.find(db, session_id)
    if session is None:
        raise InvalidToken
    return session
