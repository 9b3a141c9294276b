"""Stages: what a login may need after its first proof, such as a second factor, a confirmed address or a new password.

Features register stages (`rxapp.auth.core.features`). The core knows none by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError
from rxapp.auth.core.identity.client import Client


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A login that has begun. `amr` names the proofs given so far (RFC 8176 §2), and `ended` the sessions that it has ended.

    `password` is the password just typed, for stages that check it. It is None in later stages and after other proofs.
    """

    user: User
    amr: tuple[str, ...]
    password: str | None = field(default=None, repr=False)
    ended: tuple[UUID, ...] = ()


class LoginStage(Protocol):
    """One step between the first proof and the session. Threads share one instance."""

    name: str

    def is_due(self, attempt: LoginAttempt) -> bool:
        """Whether this login needs the stage. After `complete` it is asked again, and must answer no."""
        ...

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """The attempt, changed as the answers say. Raises an `AuthError`, and then nothing has changed."""
        ...


class LoginIncomplete(AuthError):
    """The proof was right, and one more stage is due. The client sends `pending_login` with its answers to that stage."""

    code = "login_incomplete"
    message = "One more step is needed to log in."

    def __init__(self, stage: str, pending_login: str, expires_at: datetime) -> None:
        super().__init__()
        self.stage = stage
        self.pending_login = pending_login
        self.expires_at = expires_at
