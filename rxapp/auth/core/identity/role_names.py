"""The rules for role names, and how many roles a user may have."""

import json
from collections.abc import Sequence

from rxapp.auth.core.errors import InputRefused
from rxapp.auth.core.input_rules import InputRule

ROLE_MAXIMUM_LENGTH = 64
ROLES_MAXIMUM_LENGTH = 1_024
"""Characters of all roles of a user, as JSON. Each access token carries the roles, and a token that is too long is refused."""


class InvalidRole(InputRefused):
    """Not the name of a role."""

    code = "invalid_role"


def is_role(name: str) -> bool:
    """Whether a role may have this name: short, printable, no white space around it, and no comma, quote or backslash."""
    if len(name) > ROLE_MAXIMUM_LENGTH or not name.isprintable() or "," in name or '"' in name or "\\" in name:
        return False
    return bool(name) and name == name.strip()


def clean_roles(roles: list[str], held: Sequence[str] = ()) -> list[str]:
    """The roles, sorted, each once. Raises `InvalidRole`. A user who already holds too many may keep a part of them."""
    cleaned = sorted({role.strip() for role in roles if role.strip()})
    for role in cleaned:
        if not is_role(role):
            raise InvalidRole(InputRule.ROLE_REFUSED, limit=ROLE_MAXIMUM_LENGTH)
    if len(json.dumps(cleaned)) > ROLES_MAXIMUM_LENGTH and not set(cleaned) <= set(held):
        raise InvalidRole(InputRule.ROLES_TOO_LONG, limit=ROLES_MAXIMUM_LENGTH)
    return cleaned
