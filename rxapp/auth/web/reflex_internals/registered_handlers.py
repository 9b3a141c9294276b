"""The event handlers that a browser can call, wherever their states are defined, by names that a person can look up."""

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
"""Needs: all states that Reflex registers by itself. `test_states_of_reflex.py` finds out if it registers another.
Why: they hold nothing of an app's, wherever that defines its own: an app's state may live in a module of Reflex's.
Without it: handlers of Reflex's are reported as open, or its own state is set back while it is in use."""

_OF_REFLEX = {cls.__module__ for cls in REFLEX_STATES}


class Handler(NamedTuple):
    """What a browser can call: `name` is unique, and says where it is written."""

    name: str
    state: type[BaseState]
    function: Callable
    is_by_setvar: bool = False
    """No handler, and called by Reflex's `setvar` all the same, which calls whatever is named `set_…`."""


def callable_handlers() -> Iterator[Handler]:
    """All of them but Reflex's own.

    Needs: `event_handlers` and `base_states` of what is registered, and that `setvar` calls any method named `set_…`.
    Why: a handler that is forgotten can be called by anybody, so `doctor` and the policy look at each.
    Without it: a forgotten one is not found.
    """
    named = defaultdict(list)
    for full_name, handler in _registered():
        named[f"{state_name(handler.state)}.{full_name.rpartition('.')[2]}"].append((full_name, handler))
    for name, handlers in named.items():
        is_ambiguous = len({state_as_written(handler.state) for _, handler in handlers}) > 1
        for full_name, handler in handlers:
            yield handler._replace(name=f"{name} ({full_name})" if is_ambiguous else name)


def is_reflexs_own(cls: type[BaseState]) -> bool:
    """Whether the state is Reflex's own, and holds nothing of an app's."""
    return cls in REFLEX_STATES


def is_mixin(cls: type[BaseState]) -> bool:
    """Whether the class is declared with `mixin=True`.

    Needs: `BaseState._mixin`.
    Why: handlers of a mixin are registered only where a state inherits them.
    Without it: a guard in a mixin that no state has yet counts as one that never runs.
    """
    return cls._mixin


def state_as_written(cls: type[BaseState]) -> type[BaseState]:
    """The class that the app has written: of a component's state, that of which there is one for each component.

    Needs: that the state of each component is a subclass, in a module of Reflex's.
    Why: a person looks for the class that they have written.
    Without it: `doctor` names classes that stand in no file.
    """
    base: Any = cls.__bases__[0]
    return base if cls.__module__ != base.__module__ and issubclass(base, ComponentState) and is_mixin(base) else cls


def state_name(cls: type[BaseState]) -> str:
    """Where the state is written: Reflex has a module of its own for those that are made in functions."""
    written = state_as_written(cls)
    return f"{vars(written).get('__original_module__', written.__module__)}.{written.__qualname__}"


def identity_of(function: Any) -> tuple[int, ...]:
    """Its code and its surroundings. Reflex's copy of a mixin's handler has the same, and nothing else has."""
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
    """A function may be a handler of `rx.State` itself, and the app's."""
    return handler.state is not None and is_reflexs_own(handler.state) and handler.fn.__module__ in _OF_REFLEX


def _is_method(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, staticmethod | classmethod)
