"""Forgotten passwords, and codes to log in with. Whoever asks gets the same answer, whether the account exists or not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import DeviceKeyRequired, NotFound, OtherDevice, TooManyRequests
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.login.email_errors import MailedProofEnded
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.login.stages import LoginAttempt
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, outbox, proof_rows, proofs
from rxapp.auth.features.email.rules.known_devices import known_device
from rxapp.auth.features.email.rules.proof_rows import NOBODY, Purpose, StoredProof
from rxapp.auth.features.new_password.rules import LINK

EMAIL = "email"
"""The name in `amr` of a code or a link that logs in. RFC 8176 has none for it."""


def ask_for_reset(service: AuthService, login: str, client: Client = NO_CLIENT) -> UUID:
    """Send a link and a code with which a new password can be set, if the user name or the address `login` has an account.

    Returns the id that goes with the code. Raises `TooManyRequests`.
    """
    return _ask(service, Purpose.RESET, login, client)


def ask_for_code(service: AuthService, login: str, client: Client = NO_CLIENT) -> UUID:
    """Send a link and a code to log in with. The same as `ask_for_reset`, and `NotFound` if the settings do not allow it."""
    if not service.settings.email_codes:
        raise NotFound
    return _ask(service, Purpose.LOGIN, login, client)


@retry_on_outage
def _ask(service: AuthService, purpose: Purpose, login: str, client: Client) -> UUID:
    asked_for = count_asked(service, login, client)
    with service.database.read() as session:
        db = session.connection()
        user = users.find_user(session, addresses.user_name_at(db, login) or login)
        address = addresses.address_of(db, user.id if user is not None else NOBODY)
    if user is None or user.disabled_at is not None:
        address = ""
    now, user_id = service.clock(), user.id if user is not None and address else None
    with service.database.transaction() as db:  # the rows are written in any case, so that the answer takes the same time
        facts: dict[str, Any] = {"user_id": user_id, "counted_as": asked_for}
        proof_id = proof_rows.add(db, purpose, address, client, now, **facts)
        outbox.queue(db, purpose, address, now, user_id=user_id, proof_id=proof_id, facts=where(client, now))
        events.record(db, f"email_{purpose}_asked", now, user_id=user_id, client=client)
    return proof_id


def count_asked(service: AuthService, text: str, client: Client) -> str:
    """Count a message that somebody asks for by this name or address. Returns what attempts with its code count for.

    Raises `TooManyRequests`, and the audit log has it.
    """
    asked_for = service.throttle.unreadable(addresses.counted_as(text))
    try:
        service.throttle.count_asked_mail(asked_for, client.address)
    except TooManyRequests as refused:
        service.failures.record_throttled(refused, client)
        raise
    return asked_for


def where(client: Client, when: datetime) -> dict[str, str]:
    """From where something was done and when, for a message."""
    return {"device": known_device(client.user_agent), "network": client.address, "when": when.isoformat()}


def log_in(service: AuthService, client: Client, *, link: str = "", proof_id: str = "", code: str = "") -> LoggedIn:
    """Go on with a link, or with a code and its id. A reset is never complete: `LoginIncomplete` asks for the new password.

    The link that logs in is good only in the browser that asked: elsewhere it would log in whoever has made somebody open it.
    An invitation's link confirms its address. Raises `MailedProofEnded`, `WrongCode`, `TooManyRequests`, `OtherDevice`, or
    `LoginIncomplete`.
    """
    proof, user = proofs.by_link(service, link) if link else proofs.by_code(service, proof_id, code, client)
    purpose = proof.purpose
    if purpose not in (Purpose.RESET, Purpose.LOGIN, Purpose.INVITE):
        raise MailedProofEnded
    if link and purpose == Purpose.LOGIN and not is_here(proof, client):
        raise OtherDevice
    if service.settings.require_device_key and client.device_key is None:
        raise DeviceKeyRequired  # before the proof is spent for nothing
    _take(service, proof, user, client)
    return service.login.with_proof(LoginAttempt(user, (EMAIL,) if purpose == Purpose.LOGIN else (LINK,)), client)


def is_here(proof: StoredProof, client: Client) -> bool:
    """Whether this is the browser that has asked. A browser without a key is never known again."""
    return client.device_key is not None and proof.device_key_thumbprint == client.device_key.thumbprint


@retry_on_outage
def _take(service: AuthService, proof: StoredProof, user: User, client: Client) -> None:
    now = service.clock()
    with service.database.write() as session:
        if not users.is_unchanged(session, user):
            raise MailedProofEnded
        db = session.connection()
        proof_rows.spend(db, proof, now)
        if proof.purpose != Purpose.INVITE and addresses.address_of(db, user.id) != proof.address:
            raise MailedProofEnded  # it was asked for while the address was changed
        if proof.purpose == Purpose.LOGIN:
            proof_rows.spend_all(db, user.id, Purpose.LOGIN, now, since=user.created_at)
        if proof.purpose == Purpose.INVITE:
            addresses.put(db, user.id, addresses.mailbox_in(proof.address), now)
            events.record(db, "email_confirmed", now, user_id=user.id, client=client)
