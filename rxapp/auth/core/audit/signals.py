"""What others may watch and count as it happens. The core says it, and knows nobody who listens."""

from collections.abc import Callable
from typing import TypeAlias

Observer: TypeAlias = Callable[[str, str, float], None]
"""Is told what happened, more about it (a code or a name out of the program, never what somebody sent), and a number.

The number is seconds for what takes time, else how many. Observers are called on the thread on which it happens: they are quick.
"""

ROTATED = "rotated"
REPLAYED = "replayed"
REFUSED = "refused"
"""With the error's code."""

CALL = "call"
"""An operation of the service: its name, and the seconds that its caller waited."""

HASH_AWAITED, HASH_DONE = "hash_awaited", "hash_done"
REQUEST = "request"
"""An HTTP request: method and status, such as `GET 200`."""

PAGE_OPENED, PAGE_CLOSED = "page_opened", "page_closed"
GUARDED_EVENT = "guarded_event"
"""An event handler behind a guard: its name, and its seconds."""

PRUNED = "pruned"
"""Rows removed: from which table, how many."""

_observers: tuple[Observer, ...] = ()


def observe(observer: Observer) -> None:
    """Have `observer` told from now on. Kinds of security events are told too, before they are committed."""
    global _observers
    _observers = (*_observers, observer)


def notify(what: str, detail: str = "", value: float = 1) -> None:
    """Tell the observers. Without any it costs next to nothing."""
    for observer in _observers:
        observer(what, detail, value)
