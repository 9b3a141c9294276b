"""Signals for metrics and tests. The core sends them, and does not know who observes them."""

from collections.abc import Callable
from typing import TypeAlias

Observer: TypeAlias = Callable[[str, str, float], None]
"""Receives what happened, a detail (a code or a name from the program, never a client's input), and a number.

The number is a duration in seconds or a count. Observers run on the thread of the event, so they must be quick.
"""

ROTATED = "rotated"
REPLAYED = "replayed"
REFUSED = "refused"
"""The detail is the error's code."""

CALL = "call"
"""A call of the service: its name, and how many seconds its caller waited."""

HASH_AWAITED, HASH_DONE = "hash_awaited", "hash_done"
REQUEST = "request"
"""An HTTP request: method and status, such as `GET 200`."""

PAGE_OPENED, PAGE_CLOSED = "page_opened", "page_closed"
GUARDED_EVENT = "guarded_event"
"""A guarded event handler: its name, and its duration in seconds."""

PRUNED = "pruned"
"""Removed rows: the table, and how many."""

MAIL = "mail"
"""A message: `queued`, and how an attempt to send it has ended: `sent`, `later`, `uncertain` or `given_up`."""

_observers: tuple[Observer, ...] = ()


def observe(observer: Observer) -> None:
    """Send all further signals to `observer`. It receives the kinds of security events too, before they are committed."""
    global _observers
    _observers = (*_observers, observer)


def observe_no_more(observer: Observer) -> None:
    """Send nothing more to `observer`."""
    global _observers
    _observers = tuple(each for each in _observers if each is not observer)


def notify(what: str, detail: str = "", value: float = 1) -> None:
    """Call the observers. It costs next to nothing if there is none."""
    for observer in _observers:
        observer(what, detail, value)
