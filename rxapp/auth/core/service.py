"""The auth service: every rule of logging in, staying logged in and logging out, in plain synchronous Python.

It is given its settings, the database and a clock. It reads neither the environment nor the time by itself. Each method is one
operation: it succeeds and returns a value, or it raises one `AuthError` and has changed only what that error names. While the
database is away it raises `DatabaseUnavailable`. Retrying is safe: the retry of a rotation gets the same successor. The audit
event of an operation is stored in the same transaction (`audit/events.py`).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.administration import Administration
from rxapp.auth.core.accounts.confusable_names import add_unchecked
from rxapp.auth.core.accounts.new_passwords import NewPasswords
from rxapp.auth.core.accounts.overview import Overview
from rxapp.auth.core.accounts.password_proof import PasswordProof
from rxapp.auth.core.accounts.self_service import Accounts
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.signals import REFUSED, notify
from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.dpop.nonces import Dpop
from rxapp.auth.core.dpop.spent_proofs import spent_proofs
from rxapp.auth.core.errors import (
    AuthError,
    FreshAuthenticationRequired,
    InvalidDpopProof,
    RevocationReason,
    TokenReused,
    TooManyRequests,
)
from rxapp.auth.core.features import Feature, features_in_use
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.keys.stored_keys import load_key_ring
from rxapp.auth.core.login import challenges
from rxapp.auth.core.login.challenges import Challenges
from rxapp.auth.core.login.confirmation import Confirmation
from rxapp.auth.core.login.enrolment import EnrolmentStage
from rxapp.auth.core.login.login import Login
from rxapp.auth.core.login.pending_logins import PendingLogins
from rxapp.auth.core.login.proof_attempts import ProofAttempts
from rxapp.auth.core.login.second_factor import SecondFactors
from rxapp.auth.core.login.session_start import SessionStart
from rxapp.auth.core.login.trusted_devices import TrustedDevices
from rxapp.auth.core.login.ways_in import WaysIn
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.passwords.legacy_bcrypt import LegacyBcryptHashes
from rxapp.auth.core.passwords.links import PasswordLinks
from rxapp.auth.core.sessions.device_binding import DeviceBinding, is_bound_to
from rxapp.auth.core.sessions.issuing import Issuing
from rxapp.auth.core.sessions.refresh import Refresher
from rxapp.auth.core.sessions.replacement import Replacements
from rxapp.auth.core.sessions.revocation import end_session
from rxapp.auth.core.sessions.verification import Verifier
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.steps import Step, Steps, run
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.refresh_tokens import PresentedRefreshToken, RefreshTokens
from rxapp.auth.core.tokens.token_pair import TokenPair


class AuthService:
    """Logs in, refreshes, verifies and revokes. Threads share one instance.

    `accounts` is what people do with their own account, `administration` what administrators do with all accounts, `overview`
    what they read about all of them, `login` completes the stages of a login, `second_factors` resets those of a user,
    `trusted_devices` are those on which a person is not asked for one, and `ways_in` are those in which a person can log in.
    `features` are further ways to log in: by default all that need no configuration.
    """

    def __init__(
        self, settings: Settings, database: Database, clock: Clock = system_clock, *, features: Sequence[Feature] | None = None
    ) -> None:
        self.features = features_in_use(settings, features)
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
        self.challenges = Challenges(key_ring, clock, spent_proofs(settings.redis_url, clock, challenges.REMEMBERED_FOR))
        self.device_binding = DeviceBinding(settings, self.dpop, self.failures)
        issuing = Issuing(self.access_tokens, self.refresh_tokens, self.device_binding)
        self._refresher = Refresher(settings, database, clock, issuing=issuing, throttle=self.throttle)
        self._verifier = Verifier(settings, database, clock, self.access_tokens, self.device_binding)
        password_proof = PasswordProof(self.passwords, self.throttle, self.failures)
        links = PasswordLinks(settings, key_ring, clock)
        replacements = Replacements(settings, database, clock, issuing=issuing)
        proof_attempts = ProofAttempts(database, self.throttle, self.failures)
        factors, policy = self._made("second_factors"), settings.second_factor
        self.trusted_devices = trusted = TrustedDevices(settings, database, clock)
        self.second_factors = SecondFactors(database, clock, factors, trusted_devices=trusted, policy=policy)
        self.ways_in = WaysIn(self._made("ways_in"))
        self.new_passwords = new_passwords = NewPasswords(settings, self.passwords, self.second_factors.stage.is_needed)
        enrolment = EnrolmentStage(database, policy, self.second_factors.stage, self._made("enrolments"))
        completions = self._made("completions")
        session_start = SessionStart(settings, database, clock, issuing=issuing, trusted=trusted, completions=completions)
        self.login = Login(
            database,
            clock,
            self.passwords,
            PendingLogins(key_ring, clock),
            session_start=session_start,
            binding=self.device_binding,
            throttle=self.throttle,
            failures=self.failures,
            proof_attempts=proof_attempts,
            stages=[*self._made("stages"), self.second_factors.stage, enrolment],
            name_finders=self._made("name_finders"),
        )
        self.accounts = Accounts(
            settings,
            database,
            clock,
            new_passwords,
            links,
            throttle=self.throttle,
            failures=self.failures,
            replacements=replacements,
            password_proof=password_proof,
        )
        self.confirmation = Confirmation(
            settings,
            database,
            clock,
            replacements,
            proofs=[password_proof, *self._made("proofs")],
            second_factors=self.second_factors.stage,
            proof_attempts=proof_attempts,
        )
        self.administration = Administration(settings, database, clock, new_passwords, links)
        self.overview = Overview(settings, database, clock)
        events.follow(database.engine, self._made("event_followers"))

    def _made(self, place: str) -> list[Any]:
        """What the features have registered there."""
        return [make(self) for feature in self.features for make in getattr(feature, place)]

    def create_user(self, user_name: str, password: str, *, roles: list[str] | None = None, display_name: str = "") -> User:
        """Store a new user. The password policy is not applied. Raises `InvalidUserName` or `UserNameTaken`."""
        user = users.new_user(user_name, display_name, self.passwords.hash_password(password), roles or [], self.clock())
        with self.database.write() as db:
            add_unchecked(db, user)
            events.record(db.connection(), EventKind.USER_CREATED, self.clock(), user_id=user.id)
        return user

    def log_in(self, user_name: str, password: str, client: Client = NO_CLIENT) -> TokenPair:
        """Check the password and begin a session. It is bound to the key that `client` has proved, if there is one.

        Raises `InvalidCredentials`, whatever the cause; `TooManyRequests`; `InvalidDpopProof` for a proof that was used before;
        `DeviceKeyRequired`; or `LoginIncomplete` if the password is right and a stage is due: `login.go_on` completes it.
        """
        return self.login.with_password(user_name, password, client)

    def refresh(self, access_token: str, refresh_token: str, client: Client = NO_CLIENT) -> TokenPair:
        """Exchange a refresh token for its successor, as `rotation.decide_rotation` says. The access token may have expired.

        Raises `InvalidToken`, `InvalidDpopProof` or `TooManyRequests`, and nothing has changed; `SessionExpired`, `SessionIdle`
        or `SessionRevoked`; or `TokenReused`, and the session has been revoked.
        """
        return run(self.refresh_in_steps(access_token, refresh_token, client))

    def refresh_in_steps(self, access_token: str, refresh_token: str, client: Client = NO_CLIENT) -> Steps[TokenPair]:
        """The same as `refresh`, for a caller that must not wait."""
        try:
            return (yield from self._refresher.refresh(access_token, refresh_token, client))
        except TokenReused as error:
            yield Step(self.revoke, (error.session_id, RevocationReason.TOKEN_REUSED, client))
            raise
        except InvalidDpopProof:  # recorded where it is found
            raise
        except AuthError as error:
            # Only genuine tokens are counted by the rate limit, so the session id in this token is genuine too.
            is_throttled = isinstance(error, TooManyRequests)
            session_id = PresentedRefreshToken.parse(refresh_token).session_id if is_throttled else None
            yield Step(self.failures.record_refresh, (error, client, session_id))
            raise

    def verify_access(
        self, access_token: str, client: Client = NO_CLIENT, *, received: bool = True, may_wait: bool = True
    ) -> Identity:
        """Who holds this access token, if it is good and its session is active.

        `received=False` says that the token comes from our own memory, so it does not prove that the browser has it. A token
        that was lost on its way must not count as in use. `may_wait=False` is for an event loop: it raises `WouldBlock` if more
        than a read is needed. Raises `AccessTokenExpired`, `InvalidToken`, `InvalidDpopProof`, `SessionRevoked`,
        `SessionExpired` or `SessionIdle`.
        """
        return self._verifier.verify(access_token, client, received=received, may_wait=may_wait)

    def verify_session(self, session_id: UUID) -> Identity:
        """The holder of the session, if it is active. For long work that showed the session's tokens when it began.

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
        """End a session now, for every holder of its tokens. False if it had already ended."""
        with self.database.transaction() as db:
            ends_trust = reason is RevocationReason.TOKEN_REUSED  # somebody else may have the device
            return end_session(db, session_id, reason, self.clock(), ends_trust=ends_trust, client=client)

    def why_revoked(self, identity: Identity) -> str:
        """Why the session was ended before its time. Empty if it was not."""
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
        """Record an event that belongs to no other operation. `facts` are those of `audit.events.record`."""
        with self.database.transaction() as db:
            events.record(db, kind, self.clock(), **facts)
