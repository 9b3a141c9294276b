"""A page that is open while its state is gone: Redis was restarted, or needed the room. Nobody is signed out for that.

Without this, the next click would find a page that has reported no tokens, and its person would be sent to the login page. It
waits instead until the browser has connected its page anew, which has it report its storage and load.
"""

from typing import Any

from reflex.event import Event, EventSpec, remove_session_storage
from reflex.state import StateUpdate

from rxapp.auth.web import waiting_events

CONNECTING = frozenset({"hydrate", "hydrate_and_load"})

_REPEATED_BY_CONNECTING = CONNECTING | {"on_load_internal", "update_vars_internal", "prove_key"}

_NEVER_STORED = "rxapp-connect-anew"


def connect_anew() -> EventSpec:
    """Have the browser send what it sends on connecting.

    That is what Reflex's page does after it has removed a key of session storage, and the only way that works without `eval`.
    """
    return remove_session_storage(_NEVER_STORED)


def wait_until_connected(connection: str, event: Event, *, can_wait: bool) -> StateUpdate:
    """The update to send instead of handling `event`, which goes on afterwards if connecting does not repeat it anyway."""
    if can_wait and _name(event) not in _REPEATED_BY_CONNECTING:
        waiting_events.wait(connection, event)
    return StateUpdate(events=Event.from_event_type(connect_anew()))


async def go_on(app: Any, connection: str, client_token: str) -> None:
    """The page is connecting: let what waited for that come after it."""
    for event in waiting_events.take(connection):
        await app.event_processor.enqueue(client_token, event)


def _name(event: Event) -> str:
    return event.name.rpartition(".")[2]
