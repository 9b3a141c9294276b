"""The event handlers that a browser can call, wherever their states are defined, by names that a person can look up."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from reflex.state import BaseState, ComponentState, EventHandlerSetVar, State
from reflex_base.constants import SETTER_PREFIX
from reflex_base.event import EventHandler
from reflex_base.registry import RegistrationContext

from rxapp.auth.web.reflex_internals.own_machinery import REFLEX_STATES, is_reflexs_own

_OF_REFLEX = {cls.__module__ for cls in REFLEX_STATES}


class Handler(NamedTuple):
    """What a browser can call: `name` is unique, and says where it is written."""

    name: str
    state: type[BaseState]
    function: Callable
    is_by_setvar: bool = False
    """No handler, and called by Reflex's `setvar` all the same, which calls whatever is named `set_…`."""


def callable_handlers() -> Iterator[Handler]:
    """All of them but Reflex's own."""
    named = defaultdict(list)
    for full_name, handler in _registered():
        named[f"{state_name(handler.state)}.{full_name.rpartition('.')[2]}"].append((full_name, handler))
    for name, handlers in named.items():
        is_ambiguous = len({state_as_written(handler.state) for _, handler in handlers}) > 1
        for full_name, handler in handlers:
            yield handler._replace(name=f"{name} ({full_name})" if is_ambiguous else name)


def state_as_written(cls: type[BaseState]) -> type[BaseState]:
    """The class that the app has written: of a component's state, that of which there is one for each component."""
    base: Any = cls.__bases__[0]
    return base if cls.__module__ != base.__module__ and issubclass(base, ComponentState) and base._mixin else cls


def state_name(cls: type[BaseState]) -> str:
    """Where the state is written: Reflex has a module of its own for those that are made in functions."""
    written = state_as_written(cls)
    return f"{vars(written).get('__original_module__', written.__module__)}.{written.__qualname__}"


def identity_of(function: Any) -> tuple[int, ...]:
    """Its code and its surroundings. Reflex's copy of a mixin's handler has the same, and nothing else has."""
    cells = getattr(function, "__closure__", None) or ()
    return id(getattr(function, "__code__", function)), *map(id, cells)


def _registered() -> Iterator[tuple[str, Handler]]:
    context = RegistrationContext.get()
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
