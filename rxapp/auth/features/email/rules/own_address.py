"""What people do with their own address: confirm one, change it, remove it, and take a change back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login.email_errors import EmailRequired, InvalidEmailAddress, MailedProofEnded
from rxapp.auth.core.login.pending_logins import PendingLogin, PendingLoginEnded
from rxapp.auth.core.passwords.links import end_links_of
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.revocation import end_sessions_of, require_unrevoked
from rxapp.auth.core.settings.mail_settings import REQUIRED
from rxapp.auth.features.email.rules import addresses, outbox, proof_rows, proofs
from rxapp.auth.features.email.rules.addresses import Mailbox, mailbox_in
from rxapp.auth.features.email.rules.proof_rows import Purpose, StoredProof
from rxapp.auth.features.email.rules.recovery import count_asked, where

STAGE = "email"
"""The stage of a login in which a person who must have an address confirms one."""

_MARGIN = timedelta(minutes=1)
"""What is added has a moment of its own, a little before that of its event."""

CHANGED, REMOVED, IN_USE = "address_changed", "address_removed", "address_in_use"
"""Messages to an address that the account has, or another account has."""

BY_LINK_ONLY = "by_link_only"
"""A fact of a message that no page waits for: nobody could type its code."""


@dataclass(frozen=True, slots=True)
class MailedCode:
    """A code that was sent, and what goes with it. Either both from a message's link, or from what a person has typed."""

    link: str = field(default="", repr=False)
    proof_id: str = ""
    code: str = field(default="", repr=False)

    def read(self, service: AuthService, client: Client, purpose: Purpose) -> tuple[StoredProof, User]:
        """The proof, which must be for that purpose, and its user. Nothing is spent. Raises as `proofs` does."""
        if self.link:
            proof, user = proofs.by_link(service, self.link)
        else:
            proof, user = proofs.by_code(service, self.proof_id, self.code, client)
        if proof.purpose != purpose:
            raise MailedProofEnded
        return proof, user


def address_of(service: AuthService, user_id: UUID) -> str:
    """The confirmed address of a user, or an empty text."""
    with service.database.connect() as db:
        return addresses.address_of(db, user_id)


def begin(service: AuthService, identity: Identity, text: str, client: Client = NO_CLIENT) -> UUID:
    """Send a link and a code to a new address. Returns the id that goes with the code. Nothing is changed before it is confirmed.

    If another account has the address, its owner is told so, and the person who asks learns nothing. Raises
    `InvalidEmailAddress` or `TooManyRequests`.
    """
    return _begin(service, identity.user_id, text, client, identity.session_id)


def begin_in_login(service: AuthService, pending_login: str, text: str, client: Client = NO_CLIENT) -> UUID:
    """The same for somebody whose login asks for an address. Raises also the errors of `Login.require_own_pending`."""
    user = service.login.require_own_pending(pending_login, client)
    if PendingLogin.parse(pending_login)[0].stage != STAGE:
        raise PendingLoginEnded
    return _begin(service, user.id, text, client, None)


@retry_on_outage
def _begin(service: AuthService, user_id: UUID, text: str, client: Client, session_id: UUID | None) -> UUID:
    mailbox, now = mailbox_in(text), service.clock()
    with service.database.connect() as db:
        owner = addresses.owner_of(db, mailbox.key)
    if owner == user_id:
        raise InvalidEmailAddress(InputRule.EMAIL_UNCHANGED)
    asked_for = count_asked(service, mailbox.key, client)
    service.throttle.count_mail_of(user_id)
    with service.database.transaction() as db:
        facts: dict[str, Any] = {"user_id": user_id, "session_id": session_id, "counted_as": asked_for}
        proof_id = proof_rows.add(db, Purpose.CONFIRM, mailbox.address, client, now, **facts)
        told: dict[str, Any] = {"user_id": user_id, "proof_id": proof_id} if owner is None else {"user_id": owner}
        kind = Purpose.CONFIRM if owner is None else IN_USE
        outbox.queue(db, kind, mailbox.address, now, facts=where(client, now), **told)
    return proof_id


def confirm(service: AuthService, identity: Identity, mailed: MailedCode, client: Client = NO_CLIENT) -> str:
    """Confirm the new address of whoever is logged in. Returns it.

    A link is good only for the account that asked. Otherwise somebody could open an account, name a stranger's address, and
    wait until the stranger has confirmed it. Raises `EmailAddressTaken`, and as `MailedCode.read`.
    """
    return confirm_for(service, identity.user_id, mailed, client, identity.session_id)


@retry_on_outage
def confirm_for(service: AuthService, user_id: UUID, mailed: MailedCode, client: Client, session_id: UUID | None = None) -> str:
    """The same for a user who is known in another way, such as by their pending login."""
    proof, user = mailed.read(service, client, Purpose.CONFIRM)
    if proof.user_id != user_id:
        raise MailedProofEnded
    mailbox = mailbox_in(proof.address)
    with service.database.write() as session:
        if not users.is_unchanged(session, user):  # such as by the owner, who has taken a change of the address back
            raise MailedProofEnded
        db, now = session.connection(), service.clock()
        proof_rows.spend(db, proof, now)
        before = addresses.put(db, user_id, mailbox, now)
        kind = "email_changed" if before else "email_confirmed"
        events.record(db, kind, now, user_id=user_id, session_id=session_id, client=client)
        if before:
            _tell_old_address(db, CHANGED, before, now, user_id=user_id, client=client)
    return mailbox.address


@retry_on_outage
def remove(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> None:
    """Remove the address. Raises `NotFound` if there is none, `EmailRequired`, or `LastWayIn` if nothing else lets them in."""
    if service.settings.email_mode == REQUIRED:
        raise EmailRequired
    with service.database.write() as session:
        user = users.lock_user(session, identity.user_id)
        db = session.connection()
        require_unrevoked(db, identity.session_id)
        service.ways_in.require_one(db, user)
        before = addresses.address_of(db, identity.user_id)
        if not before:
            raise NotFound
        addresses.remove(db, identity.user_id)
        now, user_id = service.clock(), identity.user_id
        events.record(db, "email_removed", now, user_id=user_id, session_id=identity.session_id, client=client)
        _tell_old_address(db, REMOVED, before, now, user_id=user_id, client=client)


def _tell_old_address(db: Connection, kind: str, before: str, now: datetime, *, user_id: UUID, client: Client) -> None:
    """What was sent to the old address lets nobody in any more. Only the link that takes the change back does something."""
    end_links_of(db, user_id)
    undo = proof_rows.add(db, Purpose.UNDO, before, client, now, user_id=user_id)
    outbox.queue(db, kind, before, now, user_id=user_id, proof_id=undo, facts=where(client, now))


@retry_on_outage
def undo(service: AuthService, link: str, client: Client = NO_CLIENT) -> list[UUID]:
    """Take a change of the address back: it is the old one again, all sessions end, and a link for a new password is sent there.

    What undoes later changes is worth nothing any more: whoever made this change has it. Returns the ids of the sessions that
    ended. Raises `MailedProofEnded`, or `EmailAddressTaken` if another account has confirmed the address since.
    """
    proof, user = MailedCode(link).read(service, client, Purpose.UNDO)
    mailbox = mailbox_in(proof.address)
    with service.database.write() as session:
        users.lock_user(session, user.id)
        db, now = session.connection(), service.clock()
        proof_rows.spend(db, proof, now)
        proof_rows.spend_all(db, user.id, Purpose.UNDO, now, since=proof.created_at)
        addresses.put(db, user.id, mailbox, now)
        events.record(db, "email_restored", now, user_id=user.id, client=client)
        return _end_all_and_send_reset(service, session, user.id, mailbox, client, since=proof.created_at)


@retry_on_outage
def disown(service: AuthService, link: str, client: Client = NO_CLIENT) -> list[UUID]:
    """Somebody says "this was not me": end all sessions of the user, and send a link for a new password.

    Returns the ids of the sessions. Raises `MailedProofEnded`, also if the message went to an address that the account has not
    any more.
    """
    proof, user = MailedCode(link).read(service, client, Purpose.DISOWN)
    with service.database.write() as session:
        users.lock_user(session, user.id)
        db, now = session.connection(), service.clock()
        address = addresses.address_of(db, user.id)
        if address != proof.address:
            raise MailedProofEnded
        proof_rows.spend(db, proof, now)
        events.record(db, "disowned", now, user_id=user.id, client=client)
        return _end_all_and_send_reset(service, session, user.id, mailbox_in(address), client, since=proof.created_at)


def _end_all_and_send_reset(
    service: AuthService, session: Session, user_id: UUID, mailbox: Mailbox, client: Client, *, since: datetime
) -> list[UUID]:
    """Whoever was in has nothing left: no session, no password, no second factor and no way in that was added since, and no link.

    The owner gets a link for a new password. For as long as these links are good, whoever reads the mail can take back a second
    factor that was added since: that is the price for an owner who is locked out by a thief's. Older ones are still asked for.
    """
    now, user = service.clock(), users.lock_user(session, user_id)
    if users.has_password(user):
        user.password_hash, user.is_password_of_two = users.unset_password_hash(), False
    session.flush()
    db = session.connection()
    service.second_factors.remove_added(db, user_id, since - _MARGIN)
    service.ways_in.remove_added(db, user_id, since - _MARGIN)
    end_links_of(db, user_id)
    ended = end_sessions_of(db, user_id, RevocationReason.DISOWNED, now, client=client)
    reset = proof_rows.add(db, Purpose.RESET, mailbox.address, NO_CLIENT, now, user_id=user_id)
    facts = where(client, now) | {BY_LINK_ONLY: "yes"}
    outbox.queue(db, Purpose.RESET, mailbox.address, now, user_id=user_id, proof_id=reset, facts=facts)
    return ended
