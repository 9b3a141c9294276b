"""Roles that a provider's groups give. At each login by it, a user has exactly those, of all that it may give."""

import logging
from typing import Any

from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.identity.role_names import InvalidRole, clean_roles
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.core.passwords.links import end_links
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers.rules.profile import Arrival

logger = logging.getLogger(__name__)


def roles_with(arrival: Arrival, held: list[str]) -> list[str]:
    """The roles of a user who holds some: the provider decides on those that its mapping names, and on no other.

    If they cannot be stored, because they are too many, none is added: the user gets in, and the operator reads it in the log.
    """
    decided = {role for _, role in arrival.provider.options.roles}
    wanted = {*(role for role in held if role not in decided), *arrival.profile.roles}
    if wanted == set(held):
        return held
    try:
        return clean_roles(sorted(wanted), sorted(wanted & set(held)))
    except InvalidRole:
        logger.warning("not all roles that %s gives to a user can be stored: none was added", arrival.provider.name)
        return sorted(wanted & set(held))


def apply(service: AuthService, session: Session, arrival: Arrival, user: User) -> None:
    """Give the user, who is locked, the roles of their groups. The only administrator stays one: who else could mend a mistake?

    The caller has locked all administrators.
    """
    held, roles = user.roles, roles_with(arrival, user.roles)
    if ADMIN_ROLE in held and ADMIN_ROLE not in roles and users.lock_administrators(session, user.id) == [user.id]:
        roles = sorted({*roles, ADMIN_ROLE})
    if roles == held:
        return
    user.roles = roles
    end_links(user)
    session.flush()
    detail = f"{', '.join(held) or 'none'} → {', '.join(roles) or 'none'} ({arrival.provider.name})"
    facts: dict[str, Any] = {"user_id": user.id, "client": arrival.client, "detail": detail}
    events.record(session.connection(), EventKind.ROLES_CHANGED, service.clock(), **facts)
