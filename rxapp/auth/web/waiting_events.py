"""Events that wait until their page has proved the device's key.

Kept in this process, which the page's socket is on, and not in page state: a form that waits may hold a password, and page state
may lie in Redis.
"""

from collections.abc import Container

from reflex.event import Event
from reflex_base.registry import RegistrationContext

MAXIMUM_WAITING = 64
"""Of one page. A page that sends more without answering is not one of ours."""

SWEEP_THRESHOLD = 1_024

_waiting: dict[str, list[Event]] = {}


def wait(client_token: str, event: Event) -> None:
    """Have an event of this page wait."""
    events = _waiting.setdefault(client_token, [])
    if len(events) < MAXIMUM_WAITING:
        events.append(event)
    if len(_waiting) > SWEEP_THRESHOLD:
        _forget_closed_pages()


def forget(client_token: str, names: Container[str]) -> None:
    """What waits of this page and has one of these names (those of the handlers alone) never happens."""
    if client_token in _waiting:
        _waiting[client_token] = [event for event in _waiting[client_token] if event.name.rpartition(".")[2] not in names]


def take(client_token: str) -> list[Event]:
    """All that waits of this page, in the order in which it came; it waits no more."""
    return _waiting.pop(client_token, [])


def _forget_closed_pages() -> None:
    connected = RegistrationContext.get().app.event_namespace.token_to_sid
    for client_token in _waiting.keys() - connected.keys():
        del _waiting[client_token]
