"""The auth service: every rule of signing in, staying signed in and signing out, in plain synchronous Python.

It is given its settings, the database and a clock, and reads neither the environment nor the time by itself. Each method is one
operation: it succeeds whole and returns a value, or raises one `AuthError` and has changed nothing that the error does not name.
What is worth knowing later is written down in the same transaction (`security_events`).
"""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth import security_events as events
from rxapp.auth import sessions, users
from rxapp.auth.access_tokens import AccessClaims, AccessTokens
from rxapp.auth.accounts import Accounts
from rxapp.auth.administration import Administration
from rxapp.auth.clients import NO_CLIENT, Client
from rxapp.auth.clock import Clock, system_clock
from rxapp.auth.database import Database
from rxapp.auth.errors import (
    AuthError,
    FreshAuthenticationRequired,
    InvalidCredentials,
    InvalidToken,
    RevocationReason,
    SessionEnded,
    TokenReused,
)
from rxapp.auth.identity import Identity
from rxapp.auth.keys import Keys
from rxapp.auth.models import AuthSession, User
from rxapp.auth.observation import REFUSED, REPLAYED, ROTATED, notify
from rxapp.auth.password_links import PasswordLinks
from rxapp.auth.passwords import PasswordHasher
from rxapp.auth.refresh_tokens import MAXIMUM_GENERATION, PresentedRefreshToken, RefreshTokens
from rxapp.auth.revocation import end_session
from rxapp.auth.rotation import Answer, judge, require_standing
from rxapp.auth.security_events import EventKind
from rxapp.auth.settings import Settings
from rxapp.auth.token_pairs import TokenPair, issue_pair

SALT_BYTES = 32

LAST_USED_RESOLUTION = 1 / 20
"""`last_used_at` is written again only after this part of the idle timeout, so that reading stays reading."""

ENDED_SESSIONS_REMOVED_PER_LOGIN = 20
"""Each login adds one session and removes up to this many that ended long ago, so the table does not grow for ever."""


class AuthService:
    """Logs in, refreshes, verifies and revokes. Threads share one instance.

    `accounts` is what people do with their own account, `administration` what administrators do with everyone's.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        keys = Keys.derive(settings.secret_key.get_secret_value())
        self.settings = settings
        self.database = database
        self.clock = clock
        self.passwords = PasswordHasher(settings)
        self.access_tokens = AccessTokens(settings, keys, clock)
        self.refresh_tokens = RefreshTokens(keys)
        links = PasswordLinks(settings, keys, clock)
        self.accounts = Accounts(settings, database, clock, self.passwords, links)
        self.administration = Administration(settings, database, clock, self.passwords, links)

    def create_user(self, user_name: str, password: str, *, roles: list[str] | None = None, display_name: str = "") -> User:
        """Store a new user with a password that nobody checks. Raises `InvalidUserName` or `UserNameTaken`."""
        user = users.new_user(user_name, display_name, self.passwords.hash_password(password), roles or [], self.clock())
        with self.database.write() as db:
            users.add(db, user)
            events.record(db.connection(), EventKind.USER_CREATED, self.clock(), user_id=user.id)
        return user

    def log_in(self, user_name: str, password: str, client: Client = NO_CLIENT) -> TokenPair:
        """Check the password and begin a session. Raises `InvalidCredentials`, whatever the cause."""
        user = None
        try:
            while True:
                with self.database.read() as db:
                    user = users.find_user(db, user_name)
                if user is None or user.disabled_at is not None or not users.has_password(user):
                    self.passwords.refuse_unknown_user(password)
                rehashed = self.passwords.verify_password(password, user.password_hash)
                if pair := self._begin_session(user, rehashed, client):
                    return pair
                # The password was changed between our look and our write, or another login only rehashed it: look again.
        except InvalidCredentials:
            # The name is not written down: people sometimes type their password there.
            self.record(EventKind.LOGIN_FAILED, user_id=user.id if user else None, client=client)
            raise

    def _begin_session(self, user: User, rehashed: str | None, client: Client) -> TokenPair | None:
        now = self.clock()
        session = AuthSession(
            user_id=user.id,
            salt=secrets.token_bytes(SALT_BYTES),
            created_at=now,
            last_used_at=now,
            authenticated_at=now,
            expires_at=now + self.settings.session_lifetime,
            device=client.describe_device(),
            address=client.address,
        )
        with self.database.write() as db:
            if not users.is_unchanged(db, user):
                return None
            db.add(session)
            db.flush()
            if rehashed is not None:
                users.replace_password_hash(db, user.id, user.password_hash, rehashed)
            connection = db.connection()
            events.record(connection, EventKind.LOGIN, now, user_id=user.id, session_id=session.id, client=client)
            sessions.delete_ended(connection, now - self.settings.ended_session_retention, ENDED_SESSIONS_REMOVED_PER_LOGIN)
        return self._issue_pair(session, user, session.generation)

    def refresh(self, access_token: str, refresh_token: str, client: Client = NO_CLIENT) -> TokenPair:
        """Answer a refresh token with its successor, as `rotation.judge` decides. The access token may have expired.

        Raises `InvalidToken`, and nothing has changed; `SessionExpired`, `SessionIdle` or `SessionRevoked`; or `TokenReused`, and
        the session has been revoked.
        """
        try:
            return self._refresh(access_token, refresh_token, client)
        except TokenReused:
            raise  # written down with the revocation
        except AuthError as error:
            self._record_refusal(error, client)
            raise

    def _refresh(self, access_token: str, refresh_token: str, client: Client) -> TokenPair:
        presented = PresentedRefreshToken.parse(refresh_token)
        if self.access_tokens.identify(access_token).session_id != presented.session_id:
            raise InvalidToken
        with self.database.connect() as db:
            while True:
                session = _find_session(db, presented.session_id)
                self.refresh_tokens.verify(presented, session.salt)
                answer = judge(session, presented.generation, self.clock(), self.settings)
                if answer is Answer.REUSE:
                    self.revoke(session.id, RevocationReason.TOKEN_REUSED, client)
                    raise TokenReused(session.id)
                if answer is Answer.REPLAY or self._step(db, presented):
                    notify(REPLAYED if answer is Answer.REPLAY else ROTATED)
                    return self._issue_pair(session, session, presented.generation + 1)
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
        return Identity(
            session.user_id,
            session.id,
            session.user_name,
            frozenset(session.roles),
            session.authenticated_at,
            session.expires_at,
        )

    def require_fresh(self, identity: Identity) -> None:
        """Raise `FreshAuthenticationRequired` if the password was given longer than `fresh_authentication_period` ago."""
        if self.clock() - identity.authenticated_at > self.settings.fresh_authentication_period:
            notify(REFUSED, FreshAuthenticationRequired.code)
            raise FreshAuthenticationRequired

    def revoke(
        self,
        session_id: UUID,
        reason: RevocationReason = RevocationReason.SESSION_REVOKED,
        client: Client = NO_CLIENT,
    ) -> bool:
        """End a session now, for every holder of its tokens. False if it had ended before."""
        with self.database.transaction() as db:
            return end_session(db, session_id, reason, self.clock(), client=client)

    def end_session_of(self, access_token: str, client: Client = NO_CLIENT) -> UUID | None:
        """Log out by a genuine access token, expired or not. Returns the id of its session, None for any other token."""
        try:
            session_id = self.access_tokens.identify(access_token).session_id
        except AuthError:
            return None
        self.revoke(session_id, RevocationReason.SIGNED_OUT, client)
        return session_id

    def _step(self, db: Connection, presented: PresentedRefreshToken) -> bool:
        if presented.generation >= MAXIMUM_GENERATION:
            raise InvalidToken
        with self.database.turn_to_write:
            return sessions.rotate(db, presented.session_id, presented.generation, self.clock())

    def record(self, kind: EventKind, **facts: Any) -> None:
        """Write down something that stands by itself; `facts` as for `security_events.record`."""
        with self.database.transaction() as db:
            events.record(db, kind, self.clock(), **facts)

    def _record_refusal(self, error: AuthError, client: Client) -> None:
        session_id = error.session_id if isinstance(error, SessionEnded) else None
        reason = error.reason if isinstance(error, SessionEnded) else error.code
        with self.database.transaction() as db:
            session = sessions.find(db, session_id) if session_id else None
            facts: dict[str, Any] = {"user_id": session.user_id if session else None, "session_id": session_id}
            events.record(db, EventKind.REFRESH_REFUSED, self.clock(), client=client, detail=reason, **facts)

    def _issue_pair(self, session: Any, user: Any, generation: int) -> TokenPair:
        return issue_pair(self.access_tokens, self.refresh_tokens, session, user, generation)

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
