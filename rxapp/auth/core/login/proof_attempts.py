"""Counts the answers to a proof, such as one-time codes, so that nobody tries one after another."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidCredentials, TooManyRequests
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import Throttle

T = TypeVar("T")


class ProofAttempts:
    """Threads share one instance."""

    def __init__(self, throttle: Throttle, failures: FailureLog) -> None:
        self._throttle = throttle
        self._failures = failures

    def run(
        self,
        proof: str,
        user: User,
        client: Client,
        check: Callable[[], T],
        *,
        failed: EventKind = EventKind.LOGIN_FAILED,
        session_id: UUID | None = None,
    ) -> T:
        """What `check` returns. Answers count for the proof and the user, from every address, until one is right.

        Neither a right password nor another error of `check` makes wrong answers good: otherwise whoever knows the password
        could try one answer after another. A failure is recorded as `failed`. Raises `TooManyRequests`, and what `check` raises.
        """
        failure: Exception | None = None
        try:
            with self._throttle.password_attempt(f"{proof} {user.id}", client.address, user.id):
                try:
                    return check()
                except Exception as error:
                    failure = error
                    raise InvalidCredentials from error
        except InvalidCredentials as refused:
            self._failures.record(failed, client=client, user_id=user.id, session_id=session_id, detail=proof)
            raise failure or refused from None
        except TooManyRequests as error:
            self._failures.record_throttled(error, client, user_id=user.id)
            raise
