"""Stages: what a login may need after its first proof, such as a second factor, a confirmed address or a new password.

Features register stages (`rxapp.auth.core.features`). The core knows none by name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import AuthError, RevocationReason
from rxapp.auth.core.identity.client import Client

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A login that has begun. `amr` names the proofs given so far (RFC 8176 §2), and `ended` the sessions that it has ended.

    `password` is the password just typed, for stages that check it. It is None in later stages and after other proofs. `owed`
    names the stages that were due at the beginning and are not completed. `began_at` is the moment of the first proof.
    `pending_login` is what the client has sent with its answers, and `recovery_codes` are new ones to be shown once.
    `device_key` is the thumbprint of the key that the client has proved, or None. `trusts_device`: the person asks for trust in
    this browser, and the code was right. `notes` are what the feature of the first proof wants to hear when the session begins.
    """

    user: User
    amr: tuple[str, ...]
    password: str | None = field(default=None, repr=False)
    owed: tuple[str, ...] = ()
    began_at: datetime | None = None
    pending_login: str = field(default="", repr=False)
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    device_key: str | None = None
    trusts_device: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[UUID, RevocationReason] = field(default_factory=dict)


class LoginStage(Protocol):
    """One step between the first proof and the session. Threads share one instance."""

    name: str
    is_proof: bool
    """Whether its answers prove something. Then wrong ones are counted, so that nobody tries one after another."""
    order: int
    """Stages are asked from the lowest to the highest: proofs below 50, what a proven person still has to do from 50 on."""

    def is_due(self, attempt: LoginAttempt) -> bool:
        """Whether this login needs the stage. After `complete` it is asked again, and must answer no."""
        ...

    def complete(self, attempt: LoginAttempt, answers: Mapping[str, str], client: Client) -> LoginAttempt:
        """Return the attempt, changed by the answers. If it raises an `AuthError`, nothing has changed.

        It raises `InvalidCredentials` for a wrong proof, such as a wrong code: `Login` counts and records that. A stage whose
        codes are good only once remembers them itself.
        """
        ...


class LoginIncomplete(AuthError):
    """The proof was right, and one more stage is due. The client sends `pending_login` with its answers to that stage."""

    code = "login_incomplete"
    message = "One more step is needed to log in."
    methods: tuple[str, ...] = ()
    """The ways in which the stage can be completed, if it has several."""

    def __init__(self, stage: str, pending_login: str, expires_at: datetime) -> None:
        super().__init__()
        self.stage = stage
        self.pending_login = pending_login
        self.expires_at = expires_at


def passed(attempt: LoginAttempt, user: User, amr: tuple[str, ...], ended: Mapping[UUID, RevocationReason]) -> LoginAttempt:
    """The attempt after a stage: with the user as it is now, and the proofs that count from now on."""
    return replace(attempt, user=user, amr=amr, password=None, ended={**attempt.ended, **ended})


def by_name(things: Iterable[T], name_of: Callable[[T], str]) -> dict[str, T]:
    """By their names. Raises `ValueError` if two have the same: one would silently take the place of the other."""
    named: dict[str, T] = {}
    for thing in things:
        if name_of(thing) in named:
            raise ValueError(f"two features have a {name_of(thing)!r}")
        named[name_of(thing)] = thing
    return named
