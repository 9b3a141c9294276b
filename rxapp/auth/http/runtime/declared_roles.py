"""Checks the roles, flags and strength in the declaration of a guard: `auth.page`, `auth.event`, `auth.require` and others."""

from collections.abc import Collection, Iterable

from rxapp.auth.core.identity.role_names import is_role
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.core.login.strength import Strength

_known_roles: set[str] = {ADMIN_ROLE}

_ANYBODY = "or leave it out for anyone who is logged in"


class DeclarationRefused(Exception):
    """The declaration of a guard is wrong: it would not do what it says."""


def require_flags(**flags: object) -> None:
    """Raise `DeclarationRefused` for a flag that is not a bool. The text "False" would count as true."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise DeclarationRefused(f"{name}={value!r} is not a bool. Write {name}=True or False.")


def declared_strength(strength: object) -> Strength:
    """The strength in `strength="two factors"`. Raises `DeclarationRefused` for what is none."""
    if isinstance(strength, str) and strength in tuple(Strength):
        return Strength(strength)
    choices = " or ".join(f'strength="{choice}"' for choice in Strength if choice)
    raise DeclarationRefused(f"strength={strength!r} is none. Write {choices}.")


def note_roles(roles: Iterable[str]) -> None:
    """Note that some guard asks for these roles."""
    _known_roles.update(roles)


def known_roles() -> frozenset[str]:
    """The roles that some guard of this app asks for. Only these are useful for an administrator to give."""
    return frozenset(_known_roles)


def declared_roles(roles: object) -> tuple[str, ...]:
    """The roles in `roles=["Manager"]`. Raises `DeclarationRefused` unless it is a list, tuple or set of valid role names."""
    if isinstance(roles, str) and is_role(roles):
        raise DeclarationRefused(f'roles="{roles}" is a text, and each of its letters would be a role. Write roles=["{roles}"].')
    if not isinstance(roles, list | tuple | set | frozenset):
        raise DeclarationRefused(f'roles={roles!r} is not a list of names. Write roles=["Manager"], {_ANYBODY}.')
    return _names(roles, 'roles=["Manager", "Admin"]')


def required_roles(roles: tuple[object, ...]) -> tuple[str, ...]:
    """The roles in `auth.require("Manager", "Admin")`, by the same rule."""
    return _names(roles, 'auth.require("Manager", "Admin")')


def shown_roles(roles: tuple[object, ...]) -> tuple[str, ...]:
    """The roles in `auth.has_role("Manager", "Admin")`, by the same rule. Refuses an empty list: it asks for nothing."""
    if not roles:
        instead = "auth.AuthState.status == auth.IN"
        raise DeclarationRefused(f'auth.has_role() names no role. Write auth.has_role("Manager"), or {instead} for anyone.')
    return _names(roles, 'auth.has_role("Manager", "Admin")')


def _names(roles: Collection[object], write: str) -> tuple[str, ...]:
    names: list[str] = []
    for role in roles:
        if not isinstance(role, str) or not is_role(role):
            raise DeclarationRefused(f"{role!r} is not a valid role name. Write {write}, one text for each role.")
        names.append(str.__str__(role))  # `str()` of an enumeration's member may be another text
    return tuple(names)
