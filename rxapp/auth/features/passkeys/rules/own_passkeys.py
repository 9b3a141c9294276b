"""What people do with their own passkeys: add, rename and remove them, and say whether a password alone is enough."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import InputRefused, NotFound, RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login.challenges import WrongChallenge
from rxapp.auth.core.login.factor_names import factor_name_in
from rxapp.auth.core.login.passkey_errors import PasskeyKnown, WrongPasskey
from rxapp.auth.core.login.trusted_devices import record_factor_change
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.revocation import end_sessions_by
from rxapp.auth.features.passkeys.rules import rows
from rxapp.auth.features.passkeys.rules.authenticators import name_of
from rxapp.auth.features.passkeys.rules.ceremonies import creation_options, read_answer, require_installed, verify_new
from rxapp.auth.features.passkeys.rules.rows import StoredPasskey, passkey, passkeys_of

POP = "pop"
"""The name in `amr` (RFC 8176 §2: proof of possession of a key)."""

ADD = "add passkey"
"""The purpose of challenges."""

PASSKEYS_PER_USER = 20
"""More than anybody's devices. The browser is told of all of them at each prompt."""

_HANDLE_BYTES = 32

_RENAME = update(passkey).where(*rows.IS_THEIRS).values(name=bindparam("new_name"))
_DELETE = delete(passkey).where(*rows.IS_THEIRS).returning(passkey.c.name)
_ASK = update(passkey).where(passkey.c.user_id == bindparam("owner")).values(asks_after_password=bindparam("asks"))


def overview_of(service: AuthService, identity: Identity) -> tuple[Sequence[StoredPasskey], bool]:
    """The person's passkeys, and whether they have a password. Raises `NotFound`."""
    with service.database.read() as db:
        user = users.get_user(db, identity.user_id)
        return passkeys_of(db.connection(), identity.user_id), users.has_password(user)


def begin_adding(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> tuple[dict[str, Any], bytes]:
    """The options for the browser, and the user handle, which the caller keeps for `add`: it must not come from the browser.

    Nothing is stored. Raises `InputRefused` if there are too many, `PasskeysUnavailable`, and `NotFound` for a user who is gone.
    """
    require_installed()
    with service.database.read() as db:
        user, known = users.get_user(db, identity.user_id), passkeys_of(db.connection(), identity.user_id)
    if len(known) >= PASSKEYS_PER_USER:
        raise InputRefused(InputRule.SECOND_FACTORS_TOO_MANY, limit=PASSKEYS_PER_USER)
    challenge = service.challenges.issue(ADD, str(identity.session_id), client)
    handle = known[0].user_handle if known else secrets.token_bytes(_HANDLE_BYTES)
    told = [rows.Known(each.credential_id, each.transports) for each in known]
    return creation_options(service.settings, challenge, user, handle, told), handle


def add(
    service: AuthService, identity: Identity, text: str, client: Client = NO_CLIENT, *, handle: bytes, default_name: str
) -> UUID:
    """Store a passkey that the person's browser has just made. Its name is that of its maker, or else `default_name`.

    Returns its id. Raises `WrongPasskey`, `PasskeyKnown`, `PasskeysUnavailable`, `NotFound`, or `InputRefused` if there are too
    many.
    """
    answer = read_answer(text, service.settings)
    new = verify_new(answer, service.settings)
    try:
        service.challenges.verify(answer.challenge, ADD, str(identity.session_id), client)
        service.challenges.spend(answer.challenge)
    except WrongChallenge as error:
        raise WrongPasskey from error
    row: dict[str, Any] = {
        "id": uuid4(),
        "user_id": identity.user_id,
        "user_handle": handle,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "aaguid": new.aaguid,
        "transports": new.transports,
        "is_backup_eligible": new.is_backup_eligible,
        "is_backed_up": new.is_backed_up,
        "created_at": service.clock(),
        "last_used_at": None,
    }
    try:
        return _store(service, identity, row, client, name=name_of(new.aaguid) or default_name)
    except IntegrityError as error:
        raise PasskeyKnown from error


@retry_on_outage
def _store(service: AuthService, identity: Identity, row: dict[str, Any], client: Client, *, name: str) -> UUID:
    with service.database.write() as session:
        users.lock_user(session, identity.user_id)
        db = session.connection()
        known = passkeys_of(db, identity.user_id)
        if len(known) >= PASSKEYS_PER_USER:
            raise InputRefused(InputRule.SECOND_FACTORS_TOO_MANY, limit=PASSKEYS_PER_USER)
        if any(each.user_handle != row["user_handle"] for each in known):
            raise WrongPasskey  # the first one was added meanwhile, in another page: authenticators would see two users
        name = _unused(name, [each.name for each in known])
        asks = any(each.asks_after_password for each in known)
        db.execute(insert(passkey), row | {"name": name, "asks_after_password": asks})
        record_factor_change(db, "passkey_added", service.clock, identity, client, detail=name)
    added: UUID = row["id"]
    return added


def _unused(name: str, taken: list[str]) -> str:
    """The name, with a number if the person has one of this name: several devices have the same maker."""
    numbered = [name, *(f"{name} {number}" for number in range(2, len(taken) + 2))]
    return next(each for each in numbered if each not in taken)


@retry_on_outage
def rename(service: AuthService, identity: Identity, passkey_id: UUID, name: str, client: Client = NO_CLIENT) -> None:
    """Rename a passkey of the person. Raises `NotFound` or `InputRefused`."""
    name = factor_name_in(name)
    with service.database.transaction() as db:
        if not db.execute(_RENAME, {"of": passkey_id, "owner": identity.user_id, "new_name": name}).rowcount:
            raise NotFound
        who: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id}
        events.record(db, "passkey_renamed", service.clock(), client=client, detail=name, **who)


@retry_on_outage
def remove(service: AuthService, identity: Identity, passkey_id: UUID, client: Client = NO_CLIENT) -> list[UUID]:
    """Remove a passkey of the person, and end their other sessions in which a passkey was used. Returns the ids of those.

    Raises `NotFound`, `LastWayIn` for the last one of a person without a password, or `SecondFactorNeeded`.
    """
    user_id = identity.user_id
    with service.database.write() as session:
        user = users.lock_user(session, user_id)
        db = session.connection()
        name = db.execute(_DELETE, {"of": passkey_id, "owner": user_id}).scalar_one_or_none()
        if name is None:
            raise NotFound
        service.ways_in.require_one(db, user)
        service.second_factors.require_enough(db, user)
        record_factor_change(db, "passkey_removed", service.clock, identity, client, detail=name)
        service.second_factors.remove_lone_backups(db, user_id)
        reason = RevocationReason.PASSKEY_REMOVED
        return end_sessions_by(db, user_id, POP, reason, service.clock(), client=client, exclude=identity.session_id)


@retry_on_outage
def ask_after_password(service: AuthService, identity: Identity, client: Client = NO_CLIENT, *, asks: bool) -> None:
    """Ask for a passkey after the person's password too, or not any more. Raises `NotFound` for a person who has none."""
    with service.database.write() as session:
        users.lock_user(session, identity.user_id)
        db = session.connection()
        if not db.execute(_ASK, {"owner": identity.user_id, "asks": asks}).rowcount:
            raise NotFound
        kind = "passkey_asked_for" if asks else "passkey_not_asked_for"
        record_factor_change(db, kind, service.clock, identity, client)
        service.second_factors.remove_lone_backups(db, identity.user_id)
