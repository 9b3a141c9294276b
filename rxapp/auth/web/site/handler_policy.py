"""The mark that each event handler carries: who may call it. One without a mark has not been thought about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rxapp.auth.http.runtime.declared_roles import note_roles
from rxapp.auth.web.reflex_internals.registered_handlers import callable_handlers, identity_of

PUBLIC = "public"

_MARK = "__auth_policy__"
_SIGNS_IN = "__auth_signs_in__"

H = TypeVar("H", bound=Callable)

_guards: list[Callable] = []


@dataclass(frozen=True, slots=True)
class _Mark:
    """It counts on the very function that it was put on, or on Reflex's copy of it.

    `functools.wraps` copies it to a wrapper, of which nobody knows whether it asks the guard within.
    """

    policy: str | frozenset[str]
    function: Callable


def public(handler: H) -> H:
    """Mark a handler that anyone may call, signed in or not."""
    setattr(handler, _MARK, _Mark(PUBLIC, handler))
    return handler


def guarded(handler: H, roles: frozenset[str]) -> H:
    """Mark a handler that runs only for a signed-in user with one of `roles` (any user if none is named)."""
    setattr(handler, _MARK, _Mark(roles, handler))
    _guards.append(handler)
    note_roles(roles)
    return handler


def signing_in(handler: H) -> H:
    """Mark a handler that begins a session: it waits until the browser has proved a key to bind the session to."""
    setattr(handler, _SIGNS_IN, True)
    return handler


def signs_in(handler: Callable) -> bool:
    """Whether the handler begins a session."""
    return getattr(handler, _SIGNS_IN, False)


def all_guards() -> tuple[Callable, ...]:
    """Every function that was marked as guarded, be it a handler of some state or not."""
    return tuple(_guards)


def is_marked(handler: Callable) -> bool:
    """Whether the handler carries a mark, be it one that a decorator has copied from another function."""
    return hasattr(handler, _MARK)


def policy_of(handler: Callable) -> str | frozenset[str] | None:
    """`PUBLIC`, the roles, or None for a handler that carries no mark of its own."""
    mark: _Mark | None = getattr(handler, _MARK, None)
    return mark.policy if mark is not None and identity_of(mark.function) == identity_of(handler) else None


def handler_policies() -> dict[str, str | frozenset[str] | None]:
    """The policy of every event handler that a browser can call, by where it is written; Reflex's own left out.

    States of `rx.ComponentState` are there once the pages that use them have been built.
    """
    return {handler.name: policy_of(handler.function) for handler in callable_handlers()}
