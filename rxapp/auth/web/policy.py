"""The mark that each event handler carries: who may call it. One without a mark has not been thought about."""

from collections.abc import Callable
from typing import TypeVar

PUBLIC = "public"

_MARK = "__auth_policy__"

H = TypeVar("H", bound=Callable)


def public(handler: H) -> H:
    """Mark a handler that anyone may call, signed in or not."""
    setattr(handler, _MARK, PUBLIC)
    return handler


def guarded(handler: H, roles: frozenset[str]) -> H:
    """Mark a handler that runs only for a signed-in user with one of `roles` (any user if none is named)."""
    setattr(handler, _MARK, roles)
    return handler


def policy_of(handler: Callable) -> str | frozenset[str] | None:
    """`PUBLIC`, the roles, or None for a handler that carries no mark."""
    return getattr(handler, _MARK, None)
