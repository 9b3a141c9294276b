"""The roles and flags of a guard, as they are written: in `auth.page`, `auth.event`, `auth.has_role` and `auth.require`."""

from collections.abc import Collection, Iterable

from rxapp.auth.core.identity.role_names import is_role
from rxapp.auth.core.identity.user_names import ADMIN_ROLE

_known_roles: set[str] = {ADMIN_ROLE}

_ANYBODY = "or leave it out for anyone who is signed in"


class DeclarationRefused(Exception):
    """A guard was declared in a way that cannot mean what it says."""


def require_flags(**flags: object) -> None:
    """Raise `DeclarationRefused` for a flag that is neither true nor false: the text "False" would be true."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise DeclarationRefused(f"{name}={value!r} is neither. Write {name}=True or False.")


def note_roles(roles: Iterable[str]) -> None:
    """Note that some guard asks for these roles."""
    _known_roles.update(roles)


def known_roles() -> frozenset[str]:
    """The roles that some guard of this app asks for: those that an administrator can usefully give."""
    return frozenset(_known_roles)


def declared_roles(roles: object) -> tuple[str, ...]:
    """Of `roles=["Manager"]`. Raises `DeclarationRefused` for all but a list, tuple or set of names that a role may have."""
    if isinstance(roles, str) and is_role(roles):
        raise DeclarationRefused(f'roles="{roles}" is a text, and each of its letters would be a role. Write roles=["{roles}"].')
    if not isinstance(roles, list | tuple | set | frozenset):
        raise DeclarationRefused(f'roles={roles!r} is no list of names. Write roles=["Manager"], {_ANYBODY}.')
    return _names(roles, 'roles=["Manager", "Admin"]')


def required_roles(roles: tuple[object, ...]) -> tuple[str, ...]:
    """Of `auth.require("Manager", "Admin")`, by the same rule."""
    return _names(roles, 'auth.require("Manager", "Admin")')


def shown_roles(roles: tuple[object, ...]) -> tuple[str, ...]:
    """Of `auth.has_role("Manager", "Admin")`, by the same rule. None at all is refused: nothing is asked then."""
    if not roles:
        instead = "auth.AuthState.status == auth.IN"
        raise DeclarationRefused(f'auth.has_role() names no role. Write auth.has_role("Manager"), or {instead} for anyone.')
    return _names(roles, 'auth.has_role("Manager", "Admin")')


def _names(roles: Collection[object], write: str) -> tuple[str, ...]:
    names: list[str] = []
    for role in roles:
        if not isinstance(role, str) or not is_role(role):
            raise DeclarationRefused(f"{role!r} is no name that a role can have. Write {write}, a text for each role.")
        names.append(str.__str__(role))  # a member of an enumeration may call itself something else
    return tuple(names)
