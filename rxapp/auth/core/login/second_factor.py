"""The login stage that asks for a second factor. Features register the factors, and the core knows none by name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, InvalidCredentials, RevocationReason
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.stages import LoginAttempt, LoginIncomplete, by_name, passed
from rxapp.auth.core.login.trusted_devices import TrustedDevices
from rxapp.auth.core.passwords.links import end_links_of
from rxapp.auth.core.sessions.revocation import end_sessions_of
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy

METHOD, CODE = "method", "code"
"""The names of the answers that this stage asks for: which factor, and its code."""

MFA = "mfa"
"""In `amr`: the person has given two factors (RFC 8176 §2)."""


EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything was added."""


class WrongCode(InvalidCredentials):
    """The code of a second factor is wrong, too old, or was used before. The answer never says which."""

    code = "wrong_code"
    message = "The code is wrong, or it was used before."


class WrongStepUpCode(WrongCode):
    """The same for somebody who is logged in, and stays so."""


class SecondFactor(Protocol):
    """One way to prove an identity after the first proof. Threads share one instance.

    Its feature records each change with `record_factor_change` (`trusted_devices.py`), so that trusted devices end with it.
    """

    @property
    def method(self) -> str:
        """Its name in `amr`, such as `otp` (RFC 8176 §2). The client answers with this name."""
        ...

    @property
    def is_backup(self) -> bool:
        """Whether it only stands in for another factor. A user who has nothing else is not asked for it."""
        ...

    def is_available(self, user: User) -> bool:
        """Whether this user can give this factor."""
        ...

    def is_wanted(self, user: User) -> bool:
        """Whether each login of this user asks for a second factor because they have this one. False for a backup."""
        ...

    def verify(self, user: User, answer: str, client: Client) -> None:
        """Raise `WrongCode` unless `answer` is right. The stage counts failures. A code that is good once is spent here."""
        ...

    def count(self, db: Connection, user_id: UUID) -> int:
        """How many this user has, as the transaction of `db` sees it. 0 for a backup."""
        ...

    def count_wanted(self, db: Connection, user_id: UUID) -> int:
        """How many this user has that their logins ask for, as the transaction of `db` sees it. 0 for a backup."""
        ...

    def remove_all(self, db: Connection, user_id: UUID, since: datetime = EVER) -> int:
        """Remove all of it that this user has added since then, in the transaction of `db`. Returns how many."""
        ...


class SecondFactorRequired(LoginIncomplete):
    """The first proof was right, and a second factor is due. `methods` are the factors that the user can give."""

    code = "second_factor_required"
    message = "Please confirm with your second factor."

    def __init__(self, stage: str, pending_login: str, expires_at: datetime, methods: tuple[str, ...], user_id: UUID) -> None:
        super().__init__(stage, pending_login, expires_at)
        self.methods = methods
        self.user_id = user_id


class NoSecondFactor(AuthError):
    """There is nothing to reset."""

    code = "no_second_factor"
    message = "This user has no second factor."


class SecondFactorNeeded(AuthError):
    """The account must have a second factor, and this is the last one."""

    code = "second_factor_needed"
    message = "Your account must have a second factor. Add another one before you remove this one."


class SecondFactorStage:
    """The `LoginStage`. It is due for each user who has a second factor, whatever their first proof was."""

    name = "second_factor"
    is_proof = True
    order = 40

    def __init__(self, factors: Sequence[SecondFactor], trusted_devices: TrustedDevices, policy: SecondFactorPolicy) -> None:
        self._factors = by_name(factors, lambda factor: factor.method)
        self._policy = policy
        self._trusted_devices = trusted_devices

    def is_due(self, attempt: LoginAttempt) -> bool:
        """Whether the user has a second factor that is asked for, has not given two in this login, and trusts not this device."""
        return MFA not in attempt.amr and self.is_needed(attempt.user) and not self._trusted_devices.excuses(attempt)

    def is_needed(self, user: User) -> bool:
        """Whether the user has a second factor that their logins ask for: because they want it, or must give one."""
        if any(factor.is_wanted(user) for factor in self._factors.values()):
            return True
        return self._policy.demands(user.roles) and self.has_any(user)

    def has_any(self, user: User) -> bool:
        """Whether the user can give a second factor, asked for at logins or not. A backup alone does not count."""
        return any(factor.is_available(user) for factor in self._factors.values() if not factor.is_backup)

    def methods_of(self, user: User) -> tuple[str, ...]:
        """The factors that the user can give now, backups included. None if the user has only backups."""
        if not self.has_any(user):
            return ()
        return tuple(method for method, factor in self._factors.items() if factor.is_available(user))

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """Verify the code of the chosen factor. Raises `WrongCode`, also for a factor that the user does not have."""
        method = answers.get(METHOD, "")
        self.verify(attempt.user, method, answers.get(CODE, ""), client)
        trusts_device = self._trusted_devices.is_asked_for(attempt, answers)
        return replace(passed(attempt, attempt.user, (*attempt.amr, method, MFA), {}), trusts_device=trusts_device)

    def verify(self, user: User, method: str, code: str, client: Client) -> None:
        """Spend the code of that factor. Raises `WrongCode`, also for a factor that the user does not have."""
        factor = self._factors.get(method)
        if factor is None or not factor.is_available(user):
            raise WrongCode
        factor.verify(user, code, client)


class SecondFactors:
    """What administrators do with the second factors of a user. Threads share one instance."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        factors: Sequence[SecondFactor],
        *,
        trusted_devices: TrustedDevices,
        policy: SecondFactorPolicy,
    ) -> None:
        self._database = database
        self._clock = clock
        self._factors = factors
        self._policy = policy
        self.stage = SecondFactorStage(factors, trusted_devices, policy)

    def methods_of(self, user_id: UUID) -> tuple[str, ...]:
        """The factors that the user can give now. Raises `NotFound`."""
        with self._database.read() as db:
            user = users.get_user(db, user_id)
        return self.stage.methods_of(user)

    def count_wanted(self, db: Connection, user_id: UUID) -> int:
        """How many second factors the user has that their logins ask for, as the transaction of `db` sees it."""
        return sum(factor.count_wanted(db, user_id) for factor in self._factors)

    def require_enough(self, db: Connection, user: User) -> None:
        """Raise `SecondFactorNeeded` if the user must have a second factor, and has none left in the transaction of `db`."""
        if self._policy.demands(user.roles) and not sum(factor.count(db, user.id) for factor in self._factors):
            raise SecondFactorNeeded

    def remove_lone_backups(self, db: Connection, user_id: UUID) -> None:
        """Remove the user's backups, such as recovery codes, if nothing is left for which they stand in."""
        if not self.count_wanted(db, user_id):
            for factor in self._factors:
                if factor.is_backup:
                    factor.remove_all(db, user_id)

    def remove_added(self, db: Connection, user_id: UUID, since: datetime) -> int:
        """Remove the second factors that were added since then: somebody else may have added them. Returns how many they were.

        The caller has locked the user, and ends what is pending.
        """
        return sum(factor.remove_all(db, user_id, since) for factor in self._factors)

    @retry_on_outage
    def reset(self, user_id: UUID, actor: Actor = OPERATOR) -> list[UUID]:
        """Remove all second factors of a user, and end all their sessions, whose ids are returned.

        Set-password links and pending logins end too, and the password stays. Raises `NotFound`, or `NoSecondFactor`.
        """
        facts: dict[str, Any] = {"client": actor.client, "actor_id": actor.user_id}
        with self._database.write() as db:
            users.lock_user(db, user_id)
            connection, now = db.connection(), self._clock()
            if not sum(factor.remove_all(connection, user_id) for factor in self._factors):
                raise NoSecondFactor
            end_links_of(connection, user_id)
            events.record(connection, EventKind.SECOND_FACTOR_RESET, now, user_id=user_id, **facts)
            return end_sessions_of(connection, user_id, RevocationReason.SECOND_FACTOR_RESET, now, **facts)
