"""Invitations: an administrator makes an account for an address, and its person sets the password by a mailed link."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.accounts.actor import OPERATOR, Actor
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.email_errors import EmailAddressTaken
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.email.rules import addresses, outbox, proof_rows
from rxapp.auth.features.email.rules.addresses import Mailbox, mailbox_in
from rxapp.auth.features.email.rules.proof_rows import Purpose


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


def _queue(service: AuthService, db: Connection, user_id: UUID, mailbox: Mailbox, actor: Actor) -> None:
    if addresses.owner_of(db, mailbox.key) is not None:
        raise EmailAddressTaken
    now = service.clock()
    proof_id = proof_rows.add(db, Purpose.INVITE, mailbox.address, NO_CLIENT, now, user_id=user_id)
    outbox.queue(db, Purpose.INVITE, mailbox.address, now, user_id=user_id, proof_id=proof_id)
    events.record(db, "invited", now, user_id=user_id, actor_id=actor.user_id, client=actor.client)
