"""The mark of each event handler: who may call it. If a handler has no mark, its author has not decided that."""

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
    """It counts only on the function that was marked, and on Reflex's copy of it.

    `functools.wraps` copies it to a wrapper too, and nobody knows whether the wrapper calls the guard.
    """

    policy: str | frozenset[str]
    function: Callable


def public(handler: H) -> H:
    """Mark a handler that anyone may call, logged in or not."""
    setattr(handler, _MARK, _Mark(PUBLIC, handler))
    return handler


def guarded(handler: H, roles: frozenset[str]) -> H:
    """Mark a handler that runs only for a logged-in user with one of `roles` (any user if none is named)."""
    setattr(handler, _MARK, _Mark(roles, handler))
    _guards.append(handler)
    note_roles(roles)
    return handler


def signing_in(handler: H) -> H:
    """Mark a handler that begins a session: it waits until the browser has proved the key to which the session is bound."""
    setattr(handler, _SIGNS_IN, True)
    return handler


def signs_in(handler: Callable) -> bool:
    """Whether the handler begins a session."""
    return getattr(handler, _SIGNS_IN, False)


def all_guards() -> tuple[Callable, ...]:
    """Every function that was marked as guarded, whether or not it is a handler of a state."""
    return tuple(_guards)


def is_marked(handler: Callable) -> bool:
    """Whether the handler has a mark. A decorator may have copied it from another function."""
    return hasattr(handler, _MARK)


def policy_of(handler: Callable) -> str | frozenset[str] | None:
    """`PUBLIC`, the roles, or None for a handler without a mark of its own."""
    mark: _Mark | None = getattr(handler, _MARK, None)
    return mark.policy if mark is not None and identity_of(mark.function) == identity_of(handler) else None


def handler_policies() -> dict[str, str | frozenset[str] | None]:
    """The policy of every event handler that a browser can call, by its full name in the code. Reflex's own are left out.

    States of `rx.ComponentState` appear only after the pages that use them were built.
    """
    return {handler.name: policy_of(handler.function) for handler in callable_handlers()}
