"""The password as a proof of who somebody is, for people who are logged in already."""

from typing import Any
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidCredentials, TooManyRequests, WrongPassword
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.passwords.hasher import PasswordHasher
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle

PASSWORD = "pwd"
"""The name of this proof in `amr` (RFC 8176 §2)."""


class PasswordProof:
    """A `Proof` (`rxapp.auth.core.login.confirmation`). Threads share one instance."""

    method = PASSWORD
    amr = (PASSWORD,)
    event_kind = EventKind.PASSWORD_CONFIRMED

    def __init__(self, passwords: PasswordHasher, throttle: Throttle, failures: FailureLog) -> None:
        self._passwords = passwords
        self._throttle = throttle
        self._failures = failures

    def is_available(self, user: User) -> bool:
        """Whether the user has a password."""
        return users.has_password(user)

    def verify(self, user: User, session_id: UUID, answer: str, client: Client) -> None:
        """Raise `WrongPassword` or `TooManyRequests` unless `answer` is the user's password."""
        facts: dict[str, Any] = {"user_id": user.id, "session_id": session_id, "client": client}
        try:
            with self._throttle.password_attempt(user.user_name, client.address, session_id):
                if not users.has_password(user):
                    self._passwords.refuse_unknown_user(answer)
                self._passwords.verify_password(answer, user.password_hash)
        except InvalidCredentials as error:
            self._failures.record(EventKind.PASSWORD_CONFIRMATION_FAILED, **facts)
            raise WrongPassword from error
        except TooManyRequests as refused:
            self._failures.record_throttled(refused, **facts)
            raise
