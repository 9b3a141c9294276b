"""Events: by which names Reflex knows them, what it puts into them, and how it unpacks them."""

import functools
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_type_hints

from reflex.event import Event
from reflex.state import BaseState, OnLoadInternalState, State, UpdateVarsInternalState, _apply_client_storage_vars
from reflex_base import constants
from reflex_base.constants.state import FIELD_MARKER as MARKER
from reflex_base.event.context import EventContext
from reflex_base.event.processor.base_state_processor import _transform_event_payload
from reflex_base.utils import format as formats

from rxapp.auth.web.reflex_internals.app import registrations

FIELD_MARKER: str = MARKER
"""Needs: what Reflex adds to the name of each var that it sends to a browser, or that a browser reports.
Why: what a connection may be sent is decided var by var, and a page is told some things without its state.
Without it: nothing is recognised as public, so no page is ever asked who it is."""

RouteVar = constants.RouteVar
"""Needs: the keys in `Event.router_data`: connection, client token, path, query.
Why: which connection has sent an event decides whose it is.
Without it: events count as those of no connection, and wait for ever."""

name_of_handler = formats.format_event_handler
"""Needs: the name under which a browser sends an event to a handler.
Why: events that pages send by themselves are recognised by it.
Without it: connecting counts as an act of the person, and no page gets beyond that."""

HYDRATE = name_of_handler(State.event_handlers["hydrate"])
HYDRATE_AND_LOAD = name_of_handler(State.event_handlers["hydrate_and_load"])
REPORT = name_of_handler(UpdateVarsInternalState.event_handlers["update_vars_internal"])
LOAD = name_of_handler(OnLoadInternalState.event_handlers["on_load_internal"])
"""Needs: what a page sends by itself: on connecting (the first two), when the browser's storage has changed, and on load.
Why: the first of them say what the browser holds, which shows whose the connection is.
Without them: a connection shows nothing, and nothing is sent to it."""

FORGET_KEY_OF_TAB = "_remove_session_storage"
"""Needs: the event that `rx.remove_session_storage` sends, after which a page connects anew.
Why: a page that has shown nothing yet is asked by it to connect, so it must be let through.
Without it: a page whose state was lost stays as it is until somebody reloads it."""


async def store_report(state: BaseState, event: Event) -> None:
    """Store what the browser says that it holds, as Reflex does when it handles the event.

    Needs: `_transform_event_payload` and `_apply_client_storage_vars`.
    Why: the gate decides by what was stored, before the event runs. A reading of our own could differ from Reflex's.
    Without it: a connection holds nothing, and nobody is signed in.
    """
    handler = registrations().event_handlers[event.name].handler
    payload = _transform_event_payload(event.payload, _hints_of(handler.fn))
    await _apply_client_storage_vars(state, payload.get("vars") or {})


@functools.cache
def _hints_of(function: Callable) -> dict[str, Any]:
    return get_type_hints(function)


def send_now(delta: Mapping[str, Mapping[str, Any]]) -> Coroutine[Any, Any, None]:
    """Send vars to the page whose event is being handled, without its state.

    Needs: `EventContext.emit_delta`.
    Why: while Redis is away there is no state to set a var of.
    Without it: the page does not say why nothing has happened.
    """
    return EventContext.get().emit_delta(delta)
