"""Fresh authentication: a person who is logged in proves their identity again, with any proof that they have."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import NotFound, RevocationReason, WrongPassword
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.stages import by_name
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.replacement import Replacement, Replacements
from rxapp.auth.core.sessions.rotation import require_active
from rxapp.auth.core.settings.settings import Settings


class Proof(Protocol):
    """One way to prove an identity. `method` is its name, `amr` what it adds to the session's (RFC 8176), itself included.

    `event_kind` is its success in the audit log.
    """

    @property
    def method(self) -> str: ...  # noqa: D102

    @property
    def amr(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def event_kind(self) -> str: ...  # noqa: D102

    def is_available(self, user: User) -> bool:
        """Whether this user can give this proof."""
        ...

    def verify(self, user: User, session_id: UUID, answer: str, client: Client) -> None:
        """Raise an `AuthError` unless `answer` is right. The proof counts and records failures by itself."""
        ...


class Confirmation:
    """Threads share one instance. The caller has verified the `Identity`."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, replacements: Replacements, *, proofs: Sequence[Proof]
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._replacements = replacements
        self._proofs = by_name(proofs, lambda proof: proof.method)

    def methods_of(self, identity: Identity) -> list[str]:
        """The proofs that the person has. Raises `NotFound` if the account is gone."""
        with self._database.read() as db:
            user = users.get_user(db, identity.user_id)
        return [method for method, proof in self._proofs.items() if proof.is_available(user)]

    @retry_on_outage
    def confirm(self, identity: Identity, method: str, answer: str, client: Client = NO_CLIENT) -> Replacement | None:
        """Verify a proof, and note it, so that an action that asks for a fresh authentication is allowed.

        A session that is bound to a key stays, and None is returned. Any other session is replaced by a new one with the same
        expiry. Otherwise a thief with a copy of its tokens would count as fresh too. Raises `NotFound` for an unknown method;
        what the proof raises, such as `WrongPassword` or `TooManyRequests`; `DeviceKeyRequired`; or `SessionEnded` if the session
        has ended meanwhile.
        """
        proof = self._proofs.get(method)
        if proof is None:
            raise NotFound
        with self._database.read() as db:
            user = users.get_user(db, identity.user_id)
        proof.verify(user, identity.session_id, answer, client)
        is_bound = self._replacements.is_bound(identity)
        amr = _with(identity.amr, proof.amr)
        new = None if is_bound else self._replacements.prepare(identity, user, client, amr, expires_at=identity.expires_at)
        with self._database.write() as db:
            if not users.is_unchanged(db, user):
                raise WrongPassword
            connection, now = db.connection(), self._clock()
            session = sessions.get(connection, identity.session_id)  # as it is by now
            require_active(session, now, self._settings)
            kind, session_id = proof.event_kind, identity.session_id
            events.record(connection, kind, now, user_id=user.id, session_id=session_id, client=client)
            if new is None:
                sessions.mark_authenticated(connection, session_id, now, _with(session.amr.split(), proof.amr))
                return None
            return self._replacements.put_in_place(db, new, RevocationReason.PASSWORD_CONFIRMED, client, ends_others=False)


def _with(amr: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*amr, *more)))
