"""An account without a password: a person who has a passkey removes their password, or sets one again."""

from typing import Any, NamedTuple
from uuid import UUID

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.service import AuthService
from rxapp.auth.core.sessions.device_trust import end_trust_of
from rxapp.auth.core.sessions.revocation import end_sessions_by, require_unrevoked


class PasswordOverview(NamedTuple):
    """Whether a person has a password, and whether they have another way to log in."""

    has_password: bool
    has_another_way: bool


def overview_of(service: AuthService, identity: Identity) -> PasswordOverview:
    """What the section shows. Raises `NotFound`."""
    with service.database.read() as session:
        user = users.get_user(session, identity.user_id)
        return PasswordOverview(users.has_password(user), service.ways_in.has_any_besides_password(session.connection(), user.id))


@retry_on_outage
def remove_password(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> list[UUID]:
    """Remove the person's password, and end their other sessions that began with it. Returns the ids of those.

    Links to set a password end too, because they are bound to it. Raises `LastWayIn` for a person who has no other
    way in, and `NotFound` for one without a password.
    """
    who: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id}
    with service.database.write() as session:
        user = users.lock_user(session, identity.user_id)
        db = session.connection()
        if not users.has_password(user):
            raise NotFound
        service.ways_in.require_one_besides_password(db, user.id)
        user.password_hash = users.unset_password_hash()
        session.flush()
        end_trust_of(db, user.id, service.clock(), client=client)
        events.record(db, "password_removed", service.clock(), client=client, **who)
        reason = RevocationReason.PASSWORD_REMOVED
        return end_sessions_by(db, user.id, PASSWORD, reason, service.clock(), client=client, exclude=identity.session_id)


@retry_on_outage
def set_password(service: AuthService, identity: Identity, new: str, client: Client = NO_CLIENT) -> None:
    """Give a person without a password one. Raises `PasswordRefused`, and `NotFound` for a person who has one: they change it."""
    user = service.accounts.profile_of(identity)
    if users.has_password(user):
        raise NotFound
    service.new_passwords.require_good(new, user)
    chosen = service.new_passwords.chosen(new, user)
    with service.database.write() as session:
        user = users.lock_user(session, identity.user_id)
        require_unrevoked(session.connection(), identity.session_id)
        if users.has_password(user):
            raise NotFound
        chosen.give_to(user)
        who: dict[str, Any] = {"user_id": user.id, "session_id": identity.session_id}
        end_trust_of(session.connection(), user.id, service.clock(), client=client)
        events.record(session.connection(), EventKind.PASSWORD_SET, service.clock(), client=client, **who)
