"""Trusted devices: browsers on which a person's password is enough for a while, because they gave a second factor there.

A browser is known by a key that it does not give away (`sessions/device_binding.py`). So trust is nothing that can be copied, as
a cookie can. Only a log-in looks at it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.audit import events
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import NotFound
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.stages import LoginAttempt
from rxapp.auth.core.passwords.links import end_links_of
from rxapp.auth.core.sessions import device_trust
from rxapp.auth.core.sessions.device_trust import StoredTrust
from rxapp.auth.core.sessions.revocation import require_unrevoked
from rxapp.auth.core.settings.settings import Settings

TRUST_DEVICE, YES = "trustDevice", "true"
"""The name of the answer by which a person asks for trust, and the answer. Every other answer is a no."""


class TrustedDevices:
    """Threads share one instance. Callers have verified the `Identity`."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._lifetime = settings.trusted_device_lifetime
        self._database = database
        self._clock = clock

    def can_trust(self, client: Client) -> bool:
        """Whether this client can be trusted: it has proved a key, and the operator allows it."""
        return bool(self._lifetime) and client.device_key is not None

    def excuses(self, attempt: LoginAttempt) -> bool:
        """Whether this login needs no second factor. So it is after a password alone: after a link the password is not known."""
        if not self._lifetime or attempt.amr != (PASSWORD,) or attempt.device_key is None:
            return False
        with self._database.connect() as db:
            return device_trust.is_trusted(db, attempt.user.id, attempt.device_key, self._clock(), lifetime=self._lifetime)

    def is_asked_for(self, attempt: LoginAttempt, answers: Mapping[str, str]) -> bool:
        """Whether the session that this login begins shall make its browser trusted. Without a key there is nothing to trust."""
        return bool(self._lifetime) and attempt.device_key is not None and answers.get(TRUST_DEVICE) == YES

    def trust(self, db: Connection, attempt: LoginAttempt, session_id: UUID, client: Client) -> None:
        """Trust the browser if the attempt asks for it, in the transaction in which its session begins."""
        if attempt.trusts_device and attempt.device_key is not None:
            facts: dict[str, Any] = {"lifetime": self._lifetime, "session_id": session_id, "client": client}
            device_trust.trust(db, attempt.user.id, attempt.device_key, self._clock(), **facts)

    def of(self, identity: Identity) -> Sequence[StoredTrust]:
        """The devices on which the person is not asked now, the newest first."""
        with self._database.connect() as db:
            return device_trust.trusted_of(db, identity.user_id, self._clock(), lifetime=self._lifetime)

    @retry_on_outage
    def end(self, identity: Identity, trust_id: UUID, client: Client = NO_CLIENT) -> None:
        """Ask on that device again. Raises `NotFound` if the person does not trust it."""
        with self._database.transaction() as db:
            if not device_trust.end_trust(db, identity.user_id, trust_id, self._clock(), client=client):
                raise NotFound


class Person(NamedTuple):
    """Somebody who is in the middle of a login, and has no session yet."""

    user_id: UUID
    session_id: None = None


def record_factor_change(
    db: Connection, kind: str, clock: Clock, person: "Identity | Person", client: Client = NO_CLIENT, *, detail: str = ""
) -> None:
    """Record that a second factor of the person was added, removed or disabled.

    Their trusted devices, set-password links and pending logins end with it: what has begun under the old rules ends with them.
    Each feature that brings a second factor calls this for each such change, in its transaction and with the user locked. Raises
    `SessionRevoked` if the session of the person has ended meanwhile.
    """
    now = clock()
    if person.session_id is not None:
        require_unrevoked(db, person.session_id)
    facts: dict[str, Any] = {"user_id": person.user_id, "session_id": person.session_id, "client": client}
    events.record(db, kind, now, detail=detail, **facts)
    device_trust.end_trust_of(db, person.user_id, now, client=client)
    end_links_of(db, person.user_id)
