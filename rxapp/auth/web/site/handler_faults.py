"""Finds faults of an app's event handlers, for `python -m rxapp doctor`. The pages must be built first."""

import inspect
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from types import CodeType
from typing import Any, NamedTuple

import reflex as rx
from reflex.event import EventHandler
from reflex.state import BaseState

from rxapp.auth.web.reflex_internals.registered_handlers import Handler, callable_handlers, identity_of, is_mixin
from rxapp.auth.web.reflex_internals.shared_states import JOIN
from rxapp.auth.web.site import handler_policy


class FaultKind(StrEnum):
    """The kinds of faults."""

    OPEN = "open"
    """Nothing says who may call it."""
    OVERRIDING = "overriding"
    """Nothing says who may call it, and it overrides a guarded handler."""
    SETTER = "setter"
    """It is no handler, but `setvar` can call it."""
    COVERED = "covered"
    """It wraps a marked function, and nobody knows whether it calls that function."""
    IDLE = "idle"
    """It is guarded, but it is no handler of any state."""
    JOINING = "joining"
    """It links the page to a shared state, and nothing says who may call it."""
    JOINING_FOR_ALL = "joining for all"
    """It links the page to a shared state, and is public."""


class Fault(NamedTuple):
    """The kind of a fault, and the full name of the handler in the code."""

    kind: FaultKind
    name: str


def handler_faults() -> set[Fault]:
    """All faults that the states and the code of their handlers show."""
    handlers = list(callable_handlers())
    found = {Fault(kind, handler.name) for handler in handlers for kind in _kinds(handler)}
    called = {identity_of(function) for function in _functions_that_run(handlers)}
    return found | {
        Fault(FaultKind.IDLE, _full_name(guard)) for guard in handler_policy.all_guards() if identity_of(guard) not in called
    }


def _kinds(handler: Handler) -> Iterator[FaultKind]:
    says = handler_policy.policy_of(handler.function)
    if says is None:
        yield _why_open(handler)
    if says in (None, handler_policy.PUBLIC) and _joins(handler):
        yield FaultKind.JOINING if says is None else FaultKind.JOINING_FOR_ALL


def _why_open(handler: Handler) -> FaultKind:
    if any(handler_policy.is_marked(function) for function in _with_wrapped(handler.function)):
        return FaultKind.COVERED
    if handler.is_by_setvar:
        return FaultKind.SETTER
    overridden: list[Any] = [vars(base).get(handler.function.__name__) for base in handler.state.__mro__[1:]]
    functions = [value.fn if isinstance(value, EventHandler) else value for value in overridden]
    is_overriding = any(isinstance(handler_policy.policy_of(function), frozenset) for function in functions)
    return FaultKind.OVERRIDING if is_overriding else FaultKind.OPEN


def _functions_that_run(handlers: list[Handler]) -> Iterator[Any]:
    """The functions that can run as guards: handlers, the functions that they wrap, and handlers of mixins without a state."""
    for handler in handlers:
        if not handler.is_by_setvar:  # `setvar` does not await what it calls
            yield from _with_wrapped(handler.function)
    for mixin in _subclasses(BaseState):
        if is_mixin(mixin):
            yield from (value for name, value in vars(mixin).items() if not name.startswith("_"))


def _joins(handler: Handler) -> bool:
    """Whether its code, or a method or function that it calls by name, links the page to a shared state."""
    unread, read = list(_with_wrapped(handler.function)), set()
    while unread:
        function = unread.pop()
        if function in read:
            continue
        read.add(function)
        names = set(_names(function.__code__))
        if JOIN in names:
            return True
        unread += [helper for name in names for helper in _helpers(name, function, handler.state)]
    return False


def _helpers(name: str, function: Any, state: type[BaseState]) -> Iterator[Callable]:
    places = [function.__globals__.get(name)]
    places += [inspect.getattr_static(cls, name, None) for cls in (state, *_subclasses(rx.SharedState))]
    for value in places:
        helper = getattr(value, "__func__", value)
        if inspect.isfunction(helper) and not str(helper.__module__).startswith("reflex."):
            yield helper


def names_in(function: Any) -> set[str]:
    """The names and texts in the code of the function, and of the functions that it wraps."""
    return {name for each in _with_wrapped(function) for name in _names(each.__code__)}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
        elif isinstance(constant, str):  # as in `getattr(room, JOIN)`
            yield constant


def _with_wrapped(function: Any) -> Iterator[Any]:
    """The function, and the functions in its closure. Decorators keep the decorated function there."""
    unseen, seen = [function], []
    while unseen:
        current = unseen.pop()
        current = current.func if isinstance(current, partial) else current
        if inspect.isfunction(current) and current not in seen:
            seen.append(current)
            unseen += [current.__dict__.get("__wrapped__"), *(_content(cell) for cell in current.__closure__ or ())]
            yield current


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # the cell is still empty
        return None


def _subclasses(cls: Any) -> Iterator[Any]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _full_name(guard: Callable) -> str:
    function = inspect.unwrap(guard)
    return f"{function.__module__}.{function.__qualname__}"
