"""Events: their names in Reflex, what Reflex puts into them, and how it reads them."""

import functools
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, get_type_hints

import reflex as rx
from cachetools import TTLCache
from reflex.event import Event
from reflex.state import BaseState, OnLoadInternalState, State, UpdateVarsInternalState, _apply_client_storage_vars
from reflex_base import constants
from reflex_base.constants.state import FIELD_MARKER as MARKER
from reflex_base.event.context import EventContext
from reflex_base.event.processor.base_state_processor import _transform_event_payload
from reflex_base.utils import format as formats

from rxapp.auth.http.runtime.request_context import begin_request, current_request
from rxapp.auth.web.reflex_internals.app import registrations

FIELD_MARKER: str = MARKER
"""Needs: the suffix that Reflex adds to the name of each var that it sends to a browser, or that a browser reports.
Why: whether a connection may get a var is decided by its name, and some vars are sent without the page's state.
Without it: no var is recognised as public, so no page is ever asked for its tokens."""

RouteVar = constants.RouteVar
"""Needs: the keys in `Event.router_data`: connection, client token, path, query.
Why: an event belongs to the session of the connection that has sent it.
Without it: events belong to no connection, and wait for ever."""

name_of_handler = formats.format_event_handler
"""Needs: the name under which a browser sends an event to a handler.
Why: events that pages send by themselves are recognised by their names.
Without it: connecting counts as an act of the person, and no page gets past it."""

HYDRATE = name_of_handler(State.event_handlers["hydrate"])
HYDRATE_AND_LOAD = name_of_handler(State.event_handlers["hydrate_and_load"])
REPORTING = UpdateVarsInternalState.event_handlers["update_vars_internal"]
REPORT = name_of_handler(REPORTING)
LOAD = name_of_handler(OnLoadInternalState.event_handlers["on_load_internal"])
"""Needs: what a page sends by itself: on connecting (the first two), when the browser's storage has changed, and on load.
Why: on connecting, the browser reports what it holds. This shows to whom the connection belongs.
Without them: a connection proves nothing, and nothing is sent to it."""


def name_of_var(state: type[BaseState], var: str) -> str:
    """The name under which a browser reports a var of its storage.

    Needs: what `update_vars_internal` takes: a dict of values by the full name of the state, a dot, the var and the marker.
    Why: our script reports both tokens in one message; Reflex sends one for each item.
    Without it: a page does not notice that another tab has logged in or out.
    """
    return f"{state.get_full_name()}.{var}{FIELD_MARKER}"


FIRST_OF_DOCUMENT = "hashes"
"""Needs: what a page sends along when it connects for the first time, and not when it connects again after a lost connection.
Why: a lost connection looks like a reload, but the person has gone nowhere.
Without it: after a reload, a page still says what it said before.
"""

FORGET_KEY_OF_TAB = "_remove_session_storage"
"""Needs: the event that `rx.remove_session_storage` sends, after which a page connects again.
Why: with this event the server asks a page to report, before the page has proved anything. So it must always be sent.
Without it: a page whose state was lost stays as it is until somebody reloads it."""


async def store_report(state: BaseState, event: Event) -> None:
    """Store what the browser reports that it holds, as Reflex does when it handles the event.

    Needs: `_transform_event_payload` and `_apply_client_storage_vars`.
    Why: the gate decides by the stored values, before the event runs. A parser of our own could differ from Reflex's.
    Without it: a connection holds nothing, and nobody is logged in.
    """
    handler = registrations().event_handlers[event.name].handler
    payload = _transform_event_payload(event.payload, _hints_of(handler.fn))
    await _apply_client_storage_vars(state, payload.get("vars") or {})


@functools.cache
def _hints_of(function: Callable) -> dict[str, Any]:
    return get_type_hints(function)


@dataclass(frozen=True, slots=True)
class FailedEvent:
    """An event whose handler has failed: its page, the state of the handler, and the id of the event in the log.

    `is_an_act`: a person has clicked something, and the page itself is loaded.
    """

    client_token: str
    state: type[BaseState]
    request_id: str
    is_an_act: bool


_failed: TTLCache[str, FailedEvent] = TTLCache(maxsize=1_024, ttl=60)
"""By their transactions. Nobody may ask for them: an app can set an exception handler of its own, later than we do."""


def note_failed_events(app: rx.App) -> None:
    """From now on, an exception handler can ask for the event that has failed.

    Needs: `_execute_event()` of the event processor, and `EventContext.txid`.
    Why: Reflex calls the exception handler with the exception alone, in another task.
    Without it: a form whose handler has failed stays busy, and the sentence on the page names no line of the log.
    """
    processor: Any = app.event_processor
    execute = processor._execute_event

    async def execute_and_note(*, entry: Any, registered_handler: Any) -> None:
        try:
            await execute(entry=entry, registered_handler=registered_handler)
        except Exception:
            context = current_request() or begin_request()
            is_an_act = bool(entry.event.router_data) and entry.event.name not in (HYDRATE, HYDRATE_AND_LOAD, REPORT, LOAD)
            _failed[entry.ctx.txid] = FailedEvent(
                entry.ctx.token, registered_handler.states[0], context.request_id, is_an_act=is_an_act
            )
            raise

    processor._execute_event = execute_and_note


def around_each_event(app: rx.App, around: Callable[[Event], AbstractAsyncContextManager[None]]) -> None:
    """From now on, each event is handled within `around(event)`. A background task is over when its handler is.

    Needs: `_execute_event()` of the event processor.
    Why: middleware sees an event before it is handled, and nobody sees its end.
    Without it: the session page of development shows no event.
    """
    processor: Any = app.event_processor
    execute = processor._execute_event

    async def execute_within(*, entry: Any, registered_handler: Any) -> None:
        async with around(entry.event):
            await execute(entry=entry, registered_handler=registered_handler)

    processor._execute_event = execute_within


def take_failed_event() -> FailedEvent | None:
    """In an exception handler: the event that has failed."""
    return _failed.pop(EventContext.get().txid, None)


def send_now(delta: Mapping[str, Mapping[str, Any]]) -> Coroutine[Any, Any, None]:
    """Send vars to the page whose event is being handled, without its state.

    Needs: `EventContext.emit_delta`.
    Why: while Redis is away there is no state in which to set a var.
    Without it: the page does not say why nothing has happened.
    """
    return EventContext.get().emit_delta(delta)
