"""Counts the answers to a proof, such as one-time codes, so that nobody tries one after another.

Whoever guesses here has the password. They must not lock out the owner: a browser that has given a second factor before, and
proves its key, has a count of its own.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.dpop.spent_proofs import SpentProofsUnavailable
from rxapp.auth.core.errors import InvalidCredentials, TooManyRequests
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.throttling.failure_log import FailureLog
from rxapp.auth.core.throttling.throttle import PROOFS, Throttle

T = TypeVar("T")


class ProofAttempts:
    """Threads share one instance."""

    def __init__(self, database: Database, throttle: Throttle, failures: FailureLog) -> None:
        self._database = database
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

        A browser that is known and a session have counts of their own: whoever has the password, or a copy of a session, must
        not use up those of the owner.

        Neither a right password nor another error of `check` makes wrong answers good: otherwise whoever knows the password
        could try one answer after another. Only an outage counts for nothing. A failure is recorded as `failed`. Raises
        `TooManyRequests`, and what `check` raises.
        """
        failure: Exception | None = None
        try:
            place = session_id or self._known_key(user, client) or user.id
            with self._throttle.password_attempt(f"{proof} {user.id}", client.address, place, pace=PROOFS):
                try:
                    return check()
                except (DatabaseUnavailable, SpentProofsUnavailable):
                    raise
                except Exception as error:
                    failure = error
                    raise InvalidCredentials from error
        except InvalidCredentials as refused:
            self._failures.record(failed, client=client, user_id=user.id, session_id=session_id, detail=proof)
            raise failure or refused from None
        except TooManyRequests as error:
            self._failures.record_throttled(error, client, user_id=user.id)
            raise

    def _known_key(self, user: User, client: Client) -> str | None:
        """The thumbprint of the client's key, if a session with this key was begun by this user with two factors."""
        if client.device_key is None:
            return None
        thumbprint = client.device_key.thumbprint
        with self._database.connect() as db:
            return thumbprint if sessions.is_known_device(db, user.id, thumbprint) else None
