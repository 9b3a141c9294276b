"""All event handlers that a browser can call, with names that a person can find in the code."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from reflex.istate.shared import SharedStateBaseInternal
from reflex.state import (
    BaseState,
    ComponentState,
    EventHandlerSetVar,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    UpdateVarsInternalState,
)
from reflex_base.constants import SETTER_PREFIX
from reflex_base.event import EventHandler

from rxapp.auth.web.reflex_internals.app import registrations

REFLEX_STATES: frozenset[type[BaseState]] = frozenset(
    {State, ComponentState, FrontendEventExceptionState, OnLoadInternalState, SharedStateBaseInternal, UpdateVarsInternalState}
)
"""Needs: all states that Reflex registers by itself. `test_states_of_reflex.py` fails if it registers another.
Why: they hold no data of an app. Their module does not tell them apart, because an app's state may be in a module of Reflex.
Without it: Reflex's own handlers are reported as open, or its own state is reset while it is in use."""

_REFLEX_MODULES = {cls.__module__ for cls in REFLEX_STATES}


class Handler(NamedTuple):
    """A function that a browser can call. `name` is unique, and says where the function is written."""

    name: str
    state: type[BaseState]
    function: Callable
    is_by_setvar: bool = False
    """It is no handler, but Reflex's `setvar` can call it, because `setvar` calls every method named `set_…`."""


def callable_handlers() -> Iterator[Handler]:
    """All of them except Reflex's own.

    Needs: the registered `event_handlers` and `base_states`, and that `setvar` calls any method named `set_…`.
    Why: anybody can call a handler whose guard was forgotten, so `doctor` and the policy check each one.
    Without it: a forgotten guard is not found.
    """
    named = defaultdict(list)
    for full_name, handler in _registered():
        named[f"{state_name(handler.state)}.{full_name.rpartition('.')[2]}"].append((full_name, handler))
    for name, handlers in named.items():
        is_ambiguous = len({state_as_written(handler.state) for _, handler in handlers}) > 1
        for full_name, handler in handlers:
            yield handler._replace(name=f"{name} ({full_name})" if is_ambiguous else name)


def is_reflexs_own(cls: type[BaseState]) -> bool:
    """Whether the state is Reflex's own, and holds no data of an app."""
    return cls in REFLEX_STATES


def is_mixin(cls: type[BaseState]) -> bool:
    """Whether the class is declared with `mixin=True`.

    Needs: `BaseState._mixin`.
    Why: handlers of a mixin are registered only where a state inherits them.
    Without it: a guard in a mixin that no state uses yet counts as a guard that never runs.
    """
    return cls._mixin


def state_as_written(cls: type[BaseState]) -> type[BaseState]:
    """The class that the app has written. For the state of one component, this is the `rx.ComponentState` that it derives from.

    Needs: that the state of each component is a subclass, in a module of Reflex.
    Why: a person looks for the class that they have written.
    Without it: `doctor` names classes that are in no file.
    """
    base: Any = cls.__bases__[0]
    return base if cls.__module__ != base.__module__ and issubclass(base, ComponentState) and is_mixin(base) else cls


def state_name(cls: type[BaseState]) -> str:
    """The full name of the class in the code. Reflex moves classes made in functions to a module of its own."""
    written = state_as_written(cls)
    return f"{vars(written).get('__original_module__', written.__module__)}.{written.__qualname__}"


def identity_of(function: Any) -> tuple[int, ...]:
    """The code and the closure of the function. Reflex's copy of a mixin's handler has the same ones; no other function has."""
    cells = getattr(function, "__closure__", None) or ()
    return id(getattr(function, "__code__", function)), *map(id, cells)


def _registered() -> Iterator[tuple[str, Handler]]:
    context = registrations()
    for full_name, entry in context.event_handlers.items():
        handler = entry.handler
        if isinstance(handler, EventHandlerSetVar) or handler.state is None or _is_reflexs_own(handler):
            continue
        yield full_name, Handler(full_name, handler.state, handler.fn)
    for full_name, cls in context.base_states.items():
        for name in dir(cls):
            method = inspect.getattr_static(cls, name, None)
            if name.startswith(SETTER_PREFIX) and not hasattr(State, name) and _is_method(method):
                yield f"{full_name}.{name}", Handler(full_name, cls, getattr(method, "__func__", method), is_by_setvar=True)


def _is_reflexs_own(handler: EventHandler) -> bool:
    """Whether the handler is Reflex's. An app may add a function of its own as a handler of `rx.State` itself."""
    return handler.state is not None and is_reflexs_own(handler.state) and handler.fn.__module__ in _REFLEX_MODULES


def _is_method(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, staticmethod | classmethod)
