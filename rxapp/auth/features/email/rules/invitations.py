"""Invitations: an administrator makes an account for an address, and its person sets the password by a mailed link."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.login.email_errors import EmailAddressTaken
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, outbox, proof_rows
from rxapp.auth.features.email.rules.addresses import Mailbox, mailbox_in
from rxapp.auth.features.email.rules.proof_rows import Purpose, StoredProof


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an administrator invites."""

    address: str
    user_name: str
    display_name: str = ""
    roles: list[str] = field(default_factory=list)


def invite(service: AuthService, invited: Invited, actor: Actor = OPERATOR) -> User:
    """Make an account without a password, and send its person a link. Whoever uses the link has confirmed the address.

    All or nothing. Raises `InvalidEmailAddress`, `EmailAddressTaken`, and as `Administration.create_user`.
    """
    mailbox = mailbox_in(invited.address)

    def send(db: Connection, user: User) -> None:
        _queue(service, db, user.id, mailbox, actor)

    user, _ = service.administration.create_user(invited.user_name, invited.display_name, invited.roles, actor, also=send)
    return user


def invited_at(session: Session, mailbox: Mailbox, now: datetime) -> UUID | None:
    """The user whose invitation to that mailbox is good, the last one of several."""
    invitations = proof_rows.invitations_to(session.connection(), mailbox.key)
    return next((each.user_id for each in invitations if _is_good(session, each, now)), None)


def _is_good(session: Session, invitation: StoredProof, now: datetime) -> bool:
    user = session.get(User, invitation.user_id)
    return user is not None and proof_rows.is_good(invitation, user, now)


def accept(service: AuthService, session: Session, mailbox: Mailbox, client: Client) -> User | None:
    """Accept the invitation to that mailbox, for whoever has shown that they read the mail there. Returns its user, locked.

    None if there is no invitation that is good. Raises `EmailAddressTaken`.
    """
    now, user_id = service.clock(), invited_at(session, mailbox, service.clock())
    user = users.find_and_lock(session, user_id) if user_id else None
    if user is None or invited_at(session, mailbox, now) != user.id or addresses.address_of(session.connection(), user.id):
        return None
    db = session.connection()
    proof_rows.spend_all(db, user.id, Purpose.INVITE, now, since=user.created_at)
    addresses.put(db, user.id, mailbox, now)
    events.record(db, "email_confirmed", now, user_id=user.id, client=client)
    return user


def _queue(service: AuthService, db: Connection, user_id: UUID, mailbox: Mailbox, actor: Actor) -> None:
    if addresses.owner_of(db, mailbox.key) is not None:
        raise EmailAddressTaken
    now = service.clock()
    proof_id = proof_rows.add(db, Purpose.INVITE, mailbox.address, NO_CLIENT, now, user_id=user_id)
    outbox.queue(db, Purpose.INVITE, mailbox.address, now, user_id=user_id, proof_id=proof_id)
    events.record(db, "invited", now, user_id=user_id, actor_id=actor.user_id, client=actor.client)
