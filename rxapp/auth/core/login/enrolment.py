"""The login stage in which a person who must have a second factor, and has none, adds one. Features say how.

Whoever has the password comes first here: with the password alone, a thief who logs in before its owner has ever done so adds a
factor of their own. The owner then notices, and an administrator removes it. So require a second factor from the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rxapp.auth.core.accounts import users
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import Misconfigured
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import METHOD, MFA, SecondFactorStage, WrongCode
from rxapp.auth.core.login.stages import LoginAttempt, by_name, passed
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy


class Enrolment(Protocol):
    """How one kind of second factor is added in the middle of a login. Threads share one instance."""

    @property
    def method(self) -> str:
        """The name of the factor in `amr`."""
        ...

    def begin(self, user: User, pending_login: str) -> dict[str, str]:
        """What the person needs to add it, such as a secret. The same for the same pending login, and nothing is stored."""
        ...

    def enrol(self, user: User, pending_login: str, answers: Mapping[str, str], client: Client) -> list[str]:
        """Add it if the answers show that the person has it. Returns new recovery codes, if any. Raises `WrongCode`."""
        ...


class NoEnrolment(Misconfigured):
    """The settings ask for second factors, and no feature is there that could add one."""

    def __init__(self) -> None:
        super().__init__("RXAPP_SECOND_FACTOR requires second factors, and no feature in features=[…] lets people add one")


class EnrolmentStage:
    """The `LoginStage`. It comes last: what is shown once, such as recovery codes, is not lost in a further stage."""

    name = "second_factor_enrolment"
    is_proof = False
    order = 95

    def __init__(
        self, database: Database, policy: SecondFactorPolicy, factors: SecondFactorStage, enrolments: Sequence[Enrolment]
    ) -> None:
        self._database = database
        self._policy = policy
        self._factors = factors
        self._enrolments = by_name(enrolments, lambda enrolment: enrolment.method)
        if not policy.is_optional and not enrolments:
            raise NoEnrolment

    def is_due(self, attempt: LoginAttempt) -> bool:
        """Whether the user must have a second factor, and has none."""
        return MFA not in attempt.amr and self._policy.demands(attempt.user.roles) and not self._factors.has_any(attempt.user)

    def methods(self) -> tuple[str, ...]:
        """The kinds of factors that can be added here."""
        return tuple(self._enrolments)

    def begin(self, method: str, user: User, pending_login: str) -> dict[str, str]:
        """What the person needs to add a factor of this kind. Raises `WrongCode` for a kind that there is not."""
        return self._of(method).begin(user, pending_login)

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """Add the factor. It counts as given. Raises `PendingLoginEnded` if the user has changed meanwhile."""
        method = answers.get(METHOD, "")
        codes = self._of(method).enrol(attempt.user, attempt.pending_login, answers, client)
        with self._database.read() as db:
            user = users.get_user(db, attempt.user.id)  # adding ends what is pending, so this login goes on with the new row
        if user.password_hash != attempt.user.password_hash or not self._factors.has_any(user):
            raise PendingLoginEnded
        return replace(passed(attempt, user, (*attempt.amr, method, MFA), {}), recovery_codes=tuple(codes))

    def _of(self, method: str) -> Enrolment:
        if method not in self._enrolments:
            raise WrongCode
        return self._enrolments[method]
