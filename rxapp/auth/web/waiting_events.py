"""Events that wait until their page has proved the device's key.

Kept in this process, which the page's socket is on, and not in page state: a form that waits may hold a password, and page state
may lie in Redis.
"""

from collections.abc import Container

from reflex.event import Event
from reflex_base.registry import RegistrationContext

MAXIMUM_WAITING = 64
"""Of one connection. A page that sends more without answering is not one of ours."""

SWEEP_THRESHOLD = 1_024

_waiting: dict[str, list[Event]] = {}


def wait(connection: str, event: Event) -> None:
    """Have an event of this connection wait."""
    events = _waiting.setdefault(connection, [])
    if len(events) < MAXIMUM_WAITING:
        events.append(event)
    if len(_waiting) > SWEEP_THRESHOLD:
        _forget_closed_pages()


def forget(connection: str, names: Container[str]) -> None:
    """What waits of this connection and has one of these names (those of the handlers alone) never happens."""
    if connection in _waiting:
        _waiting[connection] = [event for event in _waiting[connection] if event.name.rpartition(".")[2] not in names]


def take(connection: str) -> list[Event]:
    """All that waits of this connection, in the order in which it came; it waits no more."""
    return _waiting.pop(connection, [])


def _forget_closed_pages() -> None:
    connected = RegistrationContext.get().app.event_namespace.sid_to_token
    for connection in _waiting.keys() - connected.keys():
        del _waiting[connection]
