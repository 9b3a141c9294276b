"""What may be the name of a role, and how many a user may have."""

import json
from collections.abc import Sequence

from rxapp.auth.errors import InputRefused
from rxapp.auth.input_rules import InputRule

ROLE_MAXIMUM_LENGTH = 64
ROLES_MAXIMUM_LENGTH = 1_024
"""Characters of all roles of a user, as JSON. They stand in each access token, and one that is too long is never accepted."""


class InvalidRole(InputRefused):
    """Not the name of a role."""

    code = "invalid_role"


def clean_roles(roles: list[str], held: Sequence[str] = ()) -> list[str]:
    """Each once, in order. Raises `InvalidRole`; roles that the user holds already may be too many, and be taken one by one."""
    cleaned = sorted({role.strip() for role in roles if role.strip()})
    for role in cleaned:
        if len(role) > ROLE_MAXIMUM_LENGTH or not role.isprintable() or "," in role or '"' in role or "\\" in role:
            raise InvalidRole(InputRule.ROLE_REFUSED, limit=ROLE_MAXIMUM_LENGTH)
    if len(json.dumps(cleaned)) > ROLES_MAXIMUM_LENGTH and not set(cleaned) <= set(held):
        raise InvalidRole(InputRule.ROLES_TOO_LONG, limit=ROLES_MAXIMUM_LENGTH)
    return cleaned
