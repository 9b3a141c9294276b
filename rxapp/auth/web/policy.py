"""The mark that each event handler carries: who may call it. One without a mark has not been thought about."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from reflex_base.registry import RegistrationContext

from rxapp.auth.users import ADMIN_ROLE

PUBLIC = "public"

_MARK = "__auth_policy__"
_SIGNS_IN = "__auth_signs_in__"

H = TypeVar("H", bound=Callable)

_known_roles: set[str] = {ADMIN_ROLE}


def public(handler: H) -> H:
    """Mark a handler that anyone may call, signed in or not."""
    setattr(handler, _MARK, PUBLIC)
    return handler


def guarded(handler: H, roles: frozenset[str]) -> H:
    """Mark a handler that runs only for a signed-in user with one of `roles` (any user if none is named)."""
    setattr(handler, _MARK, roles)
    note_roles(roles)
    return handler


def signing_in(handler: H) -> H:
    """Mark a handler that begins a session: it waits until the browser has proved a key to bind the session to."""
    setattr(handler, _SIGNS_IN, True)
    return handler


def signs_in(handler: Callable) -> bool:
    """Whether the handler begins a session."""
    return getattr(handler, _SIGNS_IN, False)


def note_roles(roles: Iterable[str]) -> None:
    """Note that some guard asks for these roles."""
    _known_roles.update(roles)


def known_roles() -> frozenset[str]:
    """The roles that some guard of this app asks for: those that an administrator can usefully give."""
    return frozenset(_known_roles)


def policy_of(handler: Callable) -> str | frozenset[str] | None:
    """`PUBLIC`, the roles, or None for a handler that carries no mark."""
    return getattr(handler, _MARK, None)


def is_marked(handler: Callable) -> bool:
    """Whether the handler carries a mark, be it one that a decorator has copied from another function."""
    return hasattr(handler, _MARK)


def handler_policies() -> dict[str, str | frozenset[str] | None]:
    """The policy of every event handler that a browser can call, by the names of its state and itself; Reflex's own left out."""
    policies = {}
    for entry in RegistrationContext.get().event_handlers.values():
        name = entry.handler.fn.__name__
        # `setvar` is Reflex's own as well: it calls setters, and only those that a state asks for exist.
        if not entry.states[0].__module__.startswith("reflex") and name != "setvar":
            policies[f"{entry.states[0].__name__}.{name}"] = policy_of(entry.handler.fn)
    return policies
