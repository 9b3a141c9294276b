"""Who must have a second factor: nobody, everybody, or whoever has one of some roles."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from rxapp.auth.core.identity.role_names import is_role

OPTIONAL, REQUIRED, REQUIRED_FOR = "optional", "required", "required_for:"


@dataclass(frozen=True, slots=True)
class SecondFactorPolicy:
    """`roles` are those whose holders must have one. `is_for_all`: so must everybody else."""

    roles: frozenset[str] = frozenset()
    is_for_all: bool = False

    @property
    def is_optional(self) -> bool:
        """Whether each person decides for themself."""
        return not self.roles and not self.is_for_all

    def __str__(self) -> str:
        if self.roles:
            return REQUIRED_FOR + ",".join(sorted(self.roles))
        return REQUIRED if self.is_for_all else OPTIONAL

    def demands(self, roles: "frozenset[str] | list[str]") -> bool:
        """Whether a user with these roles must have a second factor."""
        return self.is_for_all or not self.roles.isdisjoint(roles)


def _parse(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    text = text.strip()
    if text in (OPTIONAL, REQUIRED):
        return SecondFactorPolicy(is_for_all=text == REQUIRED)
    if text.startswith(REQUIRED_FOR):
        roles = [role.strip() for role in text.removeprefix(REQUIRED_FOR).split(",")]
        if all(map(is_role, roles)):
            return SecondFactorPolicy(frozenset(roles))
    raise ValueError(f"{text!r} is none of {OPTIONAL}, {REQUIRED}, {REQUIRED_FOR}Admin,Manager")


Policy = Annotated[SecondFactorPolicy, NoDecode, BeforeValidator(_parse)]
"""For `Settings`: read from `optional`, `required`, or `required_for:` and names of roles with commas between."""
