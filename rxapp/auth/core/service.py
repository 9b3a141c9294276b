"""The auth service: every rule of signing in, staying signed in and signing out, in plain synchronous Python.

It is given its settings, the database and a clock, and reads neither the environment nor the time by itself. Each method is one
operation: it succeeds whole and returns a value, or raises one `AuthError` and has changed nothing that the error does not name.
While the database is away it raises `DatabaseUnavailable`; asked again afterwards, a rotation is answered as a lost answer is.
What is worth knowing later is written down in the same transaction (`security_events`).
"""

from functools import partial
from typing import Any
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.administration import Administration
from rxapp.auth.core.accounts.confusable_names import add_unchecked
from rxapp.auth.core.accounts.self_service import Accounts
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.signals import REFUSED, notify
from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.dpop.nonces import Dpop
from rxapp.auth.core.dpop.replay import spent_proofs
from rxapp.auth.core.errors import (
    AuthError,
    FreshAuthenticationRequired,
    InvalidCredentials,
    InvalidDpopProof,
    RevocationReason,
    TokenReused,
    TooManyRequests,
)
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.keys.stored_keys import load_key_ring
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.passwords.legacy_bcrypt import LegacyBcryptHashes
from rxapp.auth.core.passwords.links import PasswordLinks
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.device_binding import DeviceBinding, is_bound_to
from rxapp.auth.core.sessions.refresh import RefreshRequest, Rotator
from rxapp.auth.core.sessions.replacement import Replacements
from rxapp.auth.core.sessions.revocation import end_session
from rxapp.auth.core.sessions.verification import Verifier
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.refresh_tokens import RefreshTokens
from rxapp.auth.core.tokens.token_pair import TokenPair, issue_pair

ENDED_SESSIONS_REMOVED_PER_LOGIN = 20
"""Each login adds one session and removes up to this many that ended long ago, so the table does not grow for ever."""


class AuthService:
    """Logs in, refreshes, verifies and revokes. Threads share one instance.

    `accounts` is what people do with their own account, `administration` what administrators do with everyone's.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        self.key_ring = key_ring = KeyRing(partial(load_key_ring, settings, database), clock)
        self.settings = settings
        self.database = database
        self.clock = clock
        self.passwords = PasswordHasher(settings, LegacyBcryptHashes(database, clock).exist)
        self.throttle = Throttle(settings, clock)
        self.failures = FailureLog(database, clock, self.throttle)
        self.access_tokens = AccessTokens(settings, key_ring, clock)
        self.refresh_tokens = RefreshTokens(key_ring)
        self.dpop = Dpop(key_ring, clock, spent_proofs(settings.redis_url, clock))
        self.device_binding = DeviceBinding(settings, self.dpop, self.failures)
        self.rotator = Rotator(
            settings,
            database,
            clock,
            access_tokens=self.access_tokens,
            refresh_tokens=self.refresh_tokens,
            throttle=self.throttle,
            binding=self.device_binding,
        )
        self._verifier = Verifier(settings, database, clock, self.access_tokens, self.device_binding)
        links = PasswordLinks(settings, key_ring, clock)
        replacements = Replacements(
            settings,
            database,
            clock,
            access_tokens=self.access_tokens,
            refresh_tokens=self.refresh_tokens,
            binding=self.device_binding,
        )
        self.accounts = Accounts(
            settings,
            database,
            clock,
            self.passwords,
            links,
            throttle=self.throttle,
            failures=self.failures,
            replacements=replacements,
        )
        self.administration = Administration(settings, database, clock, self.passwords, links)

    def create_user(self, user_name: str, password: str, *, roles: list[str] | None = None, display_name: str = "") -> User:
        """Store a new user with a password that nobody checks. Raises `InvalidUserName` or `UserNameTaken`."""
        user = users.new_user(user_name, display_name, self.passwords.hash_password(password), roles or [], self.clock())
        with self.database.write() as db:
            add_unchecked(db, user)
            events.record(db.connection(), EventKind.USER_CREATED, self.clock(), user_id=user.id)
        return user

    def log_in(self, user_name: str, password: str, client: Client = NO_CLIENT) -> TokenPair:
        """Check the password and begin a session, bound to the key that `client` has proved if it has proved one.

        Raises `InvalidCredentials`, whatever the cause; `TooManyRequests`; `InvalidDpopProof` for a proof that was used before;
        `DeviceKeyRequired`.
        """
        device_key = self.device_binding.key_for_login(client)
        try:
            with self.throttle.password_attempt(user_name, client.address):
                return self._log_in(user_name, password, client, device_key)
        except (InvalidCredentials, TooManyRequests) as error:
            if not isinstance(error, TooManyRequests) or error.is_first:
                with self.database.read() as db:
                    user = users.find_user(db, user_name)
                self.failures.record_login(error, user.id if user else None, client)
            raise

    def _log_in(self, user_name: str, password: str, client: Client, device_key: str | None) -> TokenPair:
        while True:
            with self.database.read() as db:
                user = users.find_user(db, user_name)
            if user is None or user.disabled_at is not None or not users.has_password(user):
                self.passwords.refuse_unknown_user(password)
            rehashed = self.passwords.verify_password(password, user.password_hash)
            if pair := self._begin_session(user, rehashed, client, device_key):
                return pair
            # The password was changed between our look and our write, or another login only rehashed it: look again.

    @retry_on_outage
    def _begin_session(self, user: User, rehashed: str | None, client: Client, device_key: str | None) -> TokenPair | None:
        now = self.clock()
        session = sessions.new_session(user.id, client, device_key, now, self.settings.session_lifetime)
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
        """Answer a refresh token with its successor, as `rotation.decide_rotation` decides. The access token may have expired.

        Raises `InvalidToken`, `InvalidDpopProof` or `TooManyRequests`, and nothing has changed; `SessionExpired`, `SessionIdle`
        or `SessionRevoked`; or `TokenReused`, and the session has been revoked.
        """
        try:
            asked = self.rotator.read(access_token, refresh_token, client)
        except AuthError as error:
            self.failures.record_refresh(error, client)
            raise
        return self.rotator.successor(asked, self.answer_refresh(asked))

    def answer_refresh(self, asked: RefreshRequest) -> Any:
        """What of `refresh` waits for the database. Raises what that raises."""
        try:
            return self.rotator.answer(asked)
        except AuthError as error:
            if isinstance(error, TokenReused):
                self.revoke(error.session_id, RevocationReason.TOKEN_REUSED, asked.client)
            elif not isinstance(error, InvalidDpopProof):  # which is written down where it is found
                # Throttled is only who has shown a genuine token.
                self.failures.record_refresh(error, asked.client, asked.presented.session_id)
            raise

    def verify_access(self, access_token: str, client: Client = NO_CLIENT, *, received: bool = True) -> Identity:
        """Who holds this access token, if it is good and its session stands.

        `received=False` says that the token comes from our own memory and does not show that the browser has it: a token that
        was sent and got lost must not count as seen in use. Raises `AccessTokenExpired`, `InvalidToken`, `InvalidDpopProof`,
        `SessionRevoked`, `SessionExpired` or `SessionIdle`.
        """
        return self._verifier.verify(access_token, client, received=received)

    def verify_access_at_once(self, access_token: str, client: Client = NO_CLIENT, *, received: bool = True) -> Identity:
        """The same for an event loop. Raises `WouldBlock` where there is more to do than to read: then ask `verify_access`."""
        return self._verifier.verify_at_once(access_token, client, received=received)

    def verify_session(self, session_id: UUID) -> Identity:
        """Whose session it is, if it stands: for work that goes on, and has shown the session's tokens when it began.

        Raises `InvalidToken`, `SessionRevoked`, `SessionExpired` or `SessionIdle`.
        """
        return self._verifier.verify_session(session_id)

    def require_fresh(self, identity: Identity) -> None:
        """Raise `FreshAuthenticationRequired` if the password was given longer than `fresh_authentication_period` ago."""
        if self.clock() - identity.authenticated_at > self.settings.fresh_authentication_period:
            notify(REFUSED, FreshAuthenticationRequired.code)
            raise FreshAuthenticationRequired

    @retry_on_outage
    def revoke(
        self, session_id: UUID, reason: RevocationReason = RevocationReason.SESSION_REVOKED, client: Client = NO_CLIENT
    ) -> bool:
        """End a session now, for every holder of its tokens. False if it had ended before."""
        with self.database.transaction() as db:
            return end_session(db, session_id, reason, self.clock(), client=client)

    def why_revoked(self, identity: Identity) -> str:
        """The reason for which their session was ended before its time; empty if it was not."""
        with self.database.connect() as db:
            return events.why_revoked(db, identity.user_id, identity.session_id)

    def end_session_of(self, access_token: str, client: Client = NO_CLIENT) -> UUID | None:
        """Log out by a genuine access token, expired or not. Returns the id of its session, None for any other token.

        A copied token of a session that is bound to a key ends nothing.
        """
        try:
            claims = self.access_tokens.identify(access_token)
        except AuthError:
            return None
        if not is_bound_to(claims.device_key_thumbprint, client):
            return None
        self.revoke(claims.session_id, RevocationReason.SIGNED_OUT, client)
        return claims.session_id

    @retry_on_outage
    def record(self, kind: EventKind, **facts: Any) -> None:
        """Write down something that stands by itself; `facts` as for `security_events.record`."""
        with self.database.transaction() as db:
            events.record(db, kind, self.clock(), **facts)

    def _issue_pair(self, session: Any, user: Any, generation: int) -> TokenPair:
        return issue_pair(self.access_tokens, self.refresh_tokens, session, user, generation)
