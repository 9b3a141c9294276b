"""The use of a passkey: logging in with it alone, as a second factor, and to confirm who one is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InvalidCredentials, TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.challenges import WrongChallenge
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.passkey_errors import PasskeyNotConfirmed, WrongPasskey
from rxapp.auth.core.login.second_factor import EVER, MFA
from rxapp.auth.core.login.stages import LoginAttempt
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.passkeys.rules import rows
from rxapp.auth.features.passkeys.rules.ceremonies import (
    Proved,
    credential_of,
    is_installed,
    read_answer,
    request_options,
    require_installed,
    verify,
)
from rxapp.auth.features.passkeys.rules.own_passkeys import POP
from rxapp.auth.features.passkeys.rules.rows import StoredPasskey

LOGIN, SECOND_FACTOR, CONFIRMATION = "passkey login", "passkey second factor", "passkey confirmation"
"""The purposes of challenges."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """For what an answer is given: the purpose, what its challenge is bound to, and the user if they are known already."""

    purpose: str
    bound_to: str = ""
    user_id: UUID | None = None
    verifies_user: bool = True


def login_options(service: AuthService, client: Client = NO_CLIENT) -> dict[str, Any]:
    """For a browser whose person has not said who they are. Raises `PasskeysUnavailable`."""
    require_installed()
    return request_options(service.settings, service.challenges.issue(LOGIN, "", client), verifies_user=True)


def options_of_pending(service: AuthService, pending_login: str, client: Client = NO_CLIENT) -> dict[str, Any]:
    """For a browser whose person has given the password. Raises `PendingLoginEnded`, `OtherDevice` or `PasskeysUnavailable`."""
    return second_factor_options(service, service.login.require_own_pending(pending_login, client).id, client)


def second_factor_options(service: AuthService, user_id: UUID, client: Client = NO_CLIENT) -> dict[str, Any]:
    """For a browser whose person is known, and gives their second factor. Raises `PasskeysUnavailable`."""
    require_installed()
    challenge = service.challenges.issue(SECOND_FACTOR, str(user_id), client)
    with service.database.connect() as db:
        return request_options(service.settings, challenge, rows.known_of(db, user_id), verifies_user=False)


def confirmation_options(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> dict[str, Any]:
    """For a browser whose person is logged in. Raises `PasskeysUnavailable`."""
    require_installed()
    challenge = service.challenges.issue(CONFIRMATION, str(identity.session_id), client)
    with service.database.connect() as db:
        return request_options(service.settings, challenge, rows.known_of(db, identity.user_id), verifies_user=True)


def log_in(service: AuthService, text: str, client: Client = NO_CLIENT) -> LoggedIn:
    """Begin a session for whoever has this passkey. It counts as two factors: their authenticator has verified the person.

    Raises `WrongPasskey`, `TooManyRequests`, `PasskeysUnavailable`, and what `Login.with_proof` raises.
    """
    try:
        with service.throttle.proof_attempt(client.address):
            user = _use(service, text, _Wanted(LOGIN), client)
        service.throttle.count_passkey_login(user.id)
    except InvalidCredentials:
        service.failures.record(EventKind.LOGIN_FAILED, client=client, detail="passkey")
        raise
    except TooManyRequests as refused:
        service.failures.record_throttled(refused, client)
        raise
    return service.login.with_proof(LoginAttempt(user, (POP, MFA)), client)


class PasskeyFactor:
    """A `SecondFactor`: a passkey after the password. The authenticator need not verify the person, but they must be there."""

    method = POP
    is_backup = False

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_available(self, user: User) -> bool:
        """Whether the user has a passkey."""
        with self._service.database.connect() as db:
            return rows.count_passkeys(db, user.id) > 0

    def is_wanted(self, user: User) -> bool:
        """Whether the user has a passkey, and wants to be asked for it after the password."""
        with self._service.database.connect() as db:
            return self.count_wanted(db, user.id) > 0

    def count(self, db: Connection, user_id: UUID) -> int:
        """How many passkeys the user has."""
        return rows.count_passkeys(db, user_id)

    def count_wanted(self, db: Connection, user_id: UUID) -> int:
        """How many passkeys can be asked for after the password."""
        return rows.count_wanted(db, user_id)

    def verify(self, user: User, answer: str, client: Client) -> None:
        """Raise `WrongPasskey` unless one of the user's passkeys has signed a challenge for this. `PasskeysUnavailable` too."""
        _use(self._service, answer, _Wanted(SECOND_FACTOR, str(user.id), user.id, verifies_user=False), client)

    def remove_all(self, db: Connection, user_id: UUID, since: datetime = EVER) -> int:
        """Remove all passkeys that were added since then, also those that no login asks for: whoever has them could log in."""
        return rows.remove_all(db, user_id, since)


class PasskeyProof:
    """A `Proof`: a passkey of a person who is logged in."""

    method = POP
    amr = (POP, MFA)
    event_kind = "passkey_confirmed"

    def __init__(self, service: AuthService) -> None:
        self._service = service

    def is_available(self, user: User) -> bool:
        """Whether the user has a passkey, and it can be verified."""
        if not is_installed():
            return False
        with self._service.database.connect() as db:
            return rows.count_passkeys(db, user.id) > 0

    def verify(self, user: User, session_id: UUID, answer: str, client: Client) -> None:
        """Raise `PasskeyNotConfirmed` or `TooManyRequests` unless one of the user's passkeys has signed a challenge for this."""
        facts: dict[str, Any] = {"user_id": user.id, "session_id": session_id, "client": client}
        wanted = _Wanted(CONFIRMATION, str(session_id), user.id)
        try:
            with self._service.throttle.password_attempt(f"{CONFIRMATION} {user.id}", client.address, session_id):
                _use(self._service, answer, wanted, client)
        except InvalidCredentials as error:
            self._service.failures.record("passkey_refused", **facts)
            raise PasskeyNotConfirmed from error
        except TooManyRequests as refused:
            self._service.failures.record_throttled(refused, **facts)
            raise


def _use(service: AuthService, text: str, wanted: _Wanted, client: Client) -> User:
    """The user whose passkey has given this answer. The challenge is spent, and the counter moved. Raises `WrongPasskey`."""
    settings = service.settings
    answer = read_answer(text, settings)
    credential_id, handle = credential_of(answer)
    try:
        service.challenges.verify(answer.challenge, wanted.purpose, wanted.bound_to, client)
        passkey, user = _find(service, credential_id, wanted)
        if handle != passkey.user_handle and (handle is not None or wanted.user_id is None):
            raise WrongPasskey  # WebAuthn §7.2, step 6: whoever has not said who they are says it so
        proved = verify(answer, settings, passkey.public_key, verifies_user=wanted.verifies_user)
        if proved.is_backup_eligible != passkey.is_backup_eligible:
            raise WrongPasskey  # §7.2, step 18: it never changes
        service.challenges.spend(answer.challenge)
    except WrongChallenge as error:
        raise WrongPasskey from error
    _note(service, passkey, proved, client)
    return user


def _find(service: AuthService, credential_id: bytes, wanted: _Wanted) -> tuple[StoredPasskey, User]:
    with service.database.read() as db:
        passkey = rows.find(db.connection(), credential_id)
        if passkey is None or wanted.user_id not in (None, passkey.user_id):
            raise WrongPasskey
        user = users.get_user(db, passkey.user_id)
    if user.disabled_at is not None:
        raise WrongPasskey
    return passkey, user


def _note(service: AuthService, passkey: StoredPasskey, proved: Proved, client: Client) -> None:
    """Move the counter. One that has gone back, without copies that may exist, is that of a clone (WebAuthn §6.1.1)."""
    with service.database.transaction() as db:
        if rows.move_counter(db, passkey.id, proved, service.clock()):
            return
        is_there = rows.find(db, passkey.credential_id) is not None
    if is_there:
        detail = f"{passkey.name}: its counter went back"
        service.failures.record("passkey_refused", client=client, user_id=passkey.user_id, detail=detail)
    raise WrongPasskey
