"""People who are logged in prove their identity again: freshly, with any proof that they have, or by a second factor."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.signals import REFUSED, notify
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidCredentials, NotFound, RevocationReason, WrongPassword
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.proof_attempts import ProofAttempts
from rxapp.auth.core.login.second_factor import MFA, SecondFactorStage, WrongStepUpCode
from rxapp.auth.core.login.stages import by_name
from rxapp.auth.core.login.strength import Strength, TwoFactorsRequired, has_two_factors
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
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        replacements: Replacements,
        *,
        proofs: Sequence[Proof],
        second_factors: SecondFactorStage,
        proof_attempts: ProofAttempts,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._replacements = replacements
        self._proofs = by_name(proofs, lambda proof: proof.method)
        self._second_factors = second_factors
        self._proof_attempts = proof_attempts

    def methods_of(self, identity: Identity) -> list[str]:
        """The proofs that the person has. Raises `NotFound` if the account is gone."""
        user = self._user_of(identity)
        return [method for method, proof in self._proofs.items() if proof.is_available(user)]

    def require_strength(self, identity: Identity, strength: Strength) -> None:
        """Raise `TwoFactorsRequired` if the session is not as strong as that."""
        if strength == Strength.ANY or has_two_factors(identity):
            return
        user = self._user_of(identity)
        if strength == Strength.TWO_FACTORS or self._second_factors.is_needed(user):
            notify(REFUSED, TwoFactorsRequired.code)
            raise TwoFactorsRequired(self._second_factors.methods_of(user))

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
        user = self._user_of(identity)
        proof.verify(user, identity.session_id, answer, client)
        reason = RevocationReason.PASSWORD_CONFIRMED
        return self._note(identity, user, client, _Proved(proof.event_kind, proof.amr, reason, is_fresh=True))

    def confirm_second_factor(
        self, identity: Identity, method: str, answer: str, client: Client = NO_CLIENT
    ) -> Replacement | None:
        """Verify a second factor, and note it, so that an action that asks for two factors is allowed in this session.

        It is no fresh authentication: whoever holds the phone does not need to know the password. A session that is bound to no
        key is replaced, as `confirm` does. Raises `WrongStepUpCode`, `NotFound`, `TooManyRequests`, `DeviceKeyRequired`, or
        `SessionEnded` if the session has ended meanwhile.
        """
        user = self._user_of(identity)
        facts: dict[str, Any] = {"failed": EventKind.SECOND_FACTOR_REFUSED, "session_id": identity.session_id}
        verify = partial(self._second_factors.verify, user, method, answer, client)
        try:
            self._proof_attempts.run(SecondFactorStage.name, user, client, verify, **facts)
        except InvalidCredentials as error:
            raise WrongStepUpCode from error
        proved = _Proved(EventKind.SECOND_FACTOR_CONFIRMED, (method, MFA), RevocationReason.SECOND_FACTOR_CONFIRMED)
        return self._note(identity, user, client, proved)

    def _user_of(self, identity: Identity) -> User:
        with self._database.read() as db:
            return users.get_user(db, identity.user_id)

    @retry_on_outage
    def _note(self, identity: Identity, user: User, client: Client, proved: "_Proved") -> Replacement | None:
        new = None
        if not self._replacements.is_bound(identity):
            new = self._replacements.prepare(
                identity,
                user,
                client,
                _with(identity.amr, proved.amr),
                expires_at=identity.expires_at,
                authenticated_at=None if proved.is_fresh else identity.authenticated_at,
            )
        with self._database.write() as db:
            if not users.is_unchanged(db, user):
                raise WrongPassword if proved.is_fresh else WrongStepUpCode
            connection, now, session_id = db.connection(), self._clock(), identity.session_id
            session = sessions.get(connection, session_id)  # as it is by now
            require_active(session, now, self._settings)
            events.record(connection, proved.event_kind, now, user_id=user.id, session_id=session_id, client=client)
            if new is None:
                moment = now if proved.is_fresh else session.authenticated_at
                sessions.mark_authenticated(connection, session_id, moment, _with(session.amr.split(), proved.amr))
                return None
            return self._replacements.put_in_place(db, new, proved.reason, client, ends_others=False)


class _Proved(NamedTuple):
    """What was proved, its event in the audit log, and why a session that may have been copied is replaced."""

    event_kind: str
    amr: tuple[str, ...]
    reason: RevocationReason
    is_fresh: bool = False


def _with(amr: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*amr, *more)))
