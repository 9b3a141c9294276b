"""A login, from the first proof to the session. Between them are the stages that features register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidCredentials, RevocationReason, TooManyRequests
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.enrolment import EnrolmentStage
from rxapp.auth.core.login.pending_logins import PendingLogin, PendingLoginEnded, PendingLogins
from rxapp.auth.core.login.proof_attempts import ProofAttempts
from rxapp.auth.core.login.second_factor import SecondFactorRequired, SecondFactorStage
from rxapp.auth.core.login.session_start import SessionStart
from rxapp.auth.core.login.stages import LoginAttempt, LoginIncomplete, LoginStage, by_name
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.sessions.device_binding import DeviceBinding
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle
from rxapp.auth.core.tokens.token_pair import TokenPair


class LoggedIn(NamedTuple):
    """The first token pair of the new session, and the sessions that its stages have ended. The caller tells their pages.

    `recovery_codes` are new ones, to be shown once.
    """

    pair: TokenPair
    ended: Mapping[UUID, RevocationReason]
    recovery_codes: tuple[str, ...] = ()


class Login:
    """Threads share one instance. `stages` are asked in their order. `name_finders` know other names of a user."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: PasswordHasher,
        pending: PendingLogins,
        *,
        session_start: SessionStart,
        binding: DeviceBinding,
        throttle: Throttle,
        failures: FailureLog,
        proof_attempts: ProofAttempts,
        stages: Sequence[LoginStage],
        name_finders: Sequence[Callable[[str], tuple[str, str] | None]] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._pending = pending
        self._session_start = session_start
        self._binding = binding
        self._throttle = throttle
        self._failures = failures
        self._proof_attempts = proof_attempts
        self._name_finders = name_finders
        self._stages = by_name(sorted(stages, key=lambda stage: stage.order), lambda stage: stage.name)

    def with_password(self, user_name: str, password: str, client: Client) -> TokenPair:
        """Check the password, and begin a session if no stage is due. Errors are those of `AuthService.log_in`.

        Attempts count for the text, however it is written, and not for the account: whether an address has one must not show.
        """
        counted_as, user_name = self._named(user_name)
        device_key = self._binding.key_for_login(client)
        try:
            with self._throttle.password_attempt(counted_as, client.address):
                outcome = self._with_password(user_name, password, client, device_key)
        except (InvalidCredentials, TooManyRequests) as error:
            if not isinstance(error, TooManyRequests) or error.is_first:
                with self._database.read() as db:
                    user = users.find_user(db, user_name)
                self._failures.record_login(error, user.id if user else None, client)
            raise
        if isinstance(outcome, SecondFactorRequired):  # its owner shall see that somebody knows the password
            self._failures.record(EventKind.SECOND_FACTOR_ASKED, client=client, user_id=outcome.user_id)
        if isinstance(outcome, LoginIncomplete):  # raised after the block: for the rate limit the attempt is a success
            raise outcome
        return outcome

    def _named(self, text: str) -> tuple[str, str]:
        """What attempts count for, and the user name."""
        return next((found for find in self._name_finders if (found := find(text)) is not None), (text, text))

    def with_proof(self, proved: LoginAttempt, client: Client) -> LoggedIn:
        """Begin a session for a user who has given a proof other than a password, if no stage is due.

        Raises `LoginIncomplete`; `PendingLoginEnded` if the user has changed meanwhile; and for the key the same errors as
        `AuthService.log_in`.
        """
        device_key = self._binding.key_for_login(client)
        return self._finish(replace(proved, device_key=device_key), client, device_key)

    def go_on(self, pending_login: str, answers: Mapping[str, str], client: Client) -> LoggedIn:
        """Complete the stage that a pending login names, and begin a session if no other stage is due.

        Raises the errors of `require_own_pending`, `LoginIncomplete`, and what the stage raises.
        """
        pending, user, device_key = self._read_own_pending(pending_login, client)
        stage = self._stages.get(pending.stage)
        if stage is None:
            raise PendingLoginEnded
        facts: dict[str, Any] = {"owed": pending.owed, "began_at": pending.began_at, "device_key": device_key}
        facts |= {"pending_login": pending_login, "notes": pending.notes}
        attempt = LoginAttempt(user, pending.amr, **facts)
        due = self._due(attempt)
        if due and due[0] != stage.name:  # another has become due meanwhile, and comes first
            raise self._incomplete(attempt, due, device_key)
        changed = self._complete(stage, attempt, answers, client)
        owed = tuple(name for name in changed.owed if name != stage.name)
        return self._finish(replace(changed, owed=owed), client, device_key)

    def begin_enrolment(self, pending_login: str, method: str, client: Client) -> dict[str, str]:
        """What a person needs to add a second factor of this kind, whose login has come to that stage.

        Raises the errors of `require_own_pending`; `PendingLoginEnded` at another stage; and `WrongCode` for a kind that there
        is not.
        """
        pending, user, _ = self._read_own_pending(pending_login, client)
        stage = self._stages.get(pending.stage)
        if not isinstance(stage, EnrolmentStage):
            raise PendingLoginEnded
        return stage.begin(method, user, pending_login)

    def require_pending(self, pending_login: str) -> User:
        """The user of a pending login. Raises `PendingLoginEnded` if it is not good. It hashes no password."""
        return self._read_pending(pending_login)[1]

    def require_own_pending(self, pending_login: str, client: Client) -> User:
        """The same for what only the client learns that has begun the login.

        Raises `PendingLoginEnded`, `OtherDevice` for another client, and for the key the same errors as `AuthService.log_in`.
        """
        return self._read_own_pending(pending_login, client)[1]

    def _read_pending(self, pending_login: str) -> tuple[PendingLogin, User]:
        pending, body, mac = PendingLogin.parse(pending_login)
        with self._database.read() as db:
            return pending, self._pending.verify(pending, body, mac, db.get(User, pending.user_id))

    def _read_own_pending(self, pending_login: str, client: Client) -> tuple[PendingLogin, User, str | None]:
        """Also the thumbprint of the client's key. Only a proof for a good pending login is remembered as spent."""
        pending, user = self._read_pending(pending_login)
        device_key = self._binding.key_for_login(client)
        pending.require_client(device_key)
        return pending, user, device_key

    def _complete(self, stage: LoginStage, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        if not stage.is_proof:
            return stage.complete(attempt, answers, client)

        def check() -> LoginAttempt:
            changed = stage.complete(attempt, answers, client)
            if stage.is_due(changed):
                raise InvalidCredentials
            return changed

        return self._proof_attempts.run(stage.name, attempt.user, client, check)

    def _with_password(
        self, user_name: str, password: str, client: Client, device_key: str | None
    ) -> TokenPair | LoginIncomplete:
        while True:
            with self._database.read() as db:
                user = users.find_user(db, user_name)
            if user is None or user.disabled_at is not None or not users.has_password(user):
                self._passwords.refuse_unknown_user(password)
            rehashed = self._passwords.verify_password(password, user.password_hash)
            attempt = LoginAttempt(user, (PASSWORD,), password, device_key=device_key)
            if incomplete := self._next_stage(attempt, device_key):
                return incomplete
            if pair := self._session_start.begin(attempt, client, device_key, rehashed):
                return pair
            # The password has changed between our read and our write, or another login has rehashed it. Read again.

    def _finish(self, attempt: LoginAttempt, client: Client, device_key: str | None) -> LoggedIn:
        if incomplete := self._next_stage(attempt, device_key):
            raise incomplete
        pair = self._session_start.begin(attempt, client, device_key)
        if pair is None:
            raise PendingLoginEnded
        return LoggedIn(pair, attempt.ended, attempt.recovery_codes)

    def _next_stage(self, attempt: LoginAttempt, device_key: str | None) -> LoginIncomplete | None:
        due = self._due(attempt)
        return self._incomplete(attempt, due, device_key) if due else None

    def _due(self, attempt: LoginAttempt) -> list[str]:
        """The stages that are due, or were due at the beginning: a stage may look at what is known only then."""
        return [stage.name for stage in self._stages.values() if stage.name in attempt.owed or stage.is_due(attempt)]

    def _incomplete(self, attempt: LoginAttempt, due: list[str], device_key: str | None) -> LoginIncomplete:
        """The first of these stages, and the pending login for it."""
        stage, began_at = self._stages[due[0]], attempt.began_at or self._clock()
        pending = self._pending.issue(replace(attempt, owed=tuple(due)), stage.name, device_key, began_at)
        if isinstance(stage, SecondFactorStage):
            return SecondFactorRequired(stage.name, *pending, stage.methods_of(attempt.user), attempt.user.id)
        incomplete = LoginIncomplete(stage.name, *pending)
        if isinstance(stage, EnrolmentStage):
            incomplete.methods = stage.methods()
        return incomplete
