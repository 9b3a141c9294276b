"""Listeners that are told when a session ends or is replaced. HTTP routes know no pages, so pages register here."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID


def _tell_nobody(_session_id: UUID, _reason: str) -> None:
    """The default: without pages there is nobody to tell."""


async def _no_pages(session_ids: Iterable[UUID]) -> dict[UUID, int]:
    return dict.fromkeys(session_ids, 0)


@dataclass(frozen=True, slots=True)
class SessionListeners:
    """`ended` and `replaced` get the session and the reason. `count_pages` returns how many pages of each session are open."""

    ended: Callable[[UUID, str], None] = _tell_nobody
    replaced: Callable[[UUID, str], None] = _tell_nobody
    count_pages: Callable[[Iterable[UUID]], Awaitable[dict[UUID, int]]] = _no_pages


_listeners = SessionListeners()


def listen(listeners: SessionListeners) -> None:
    """Set the listeners."""
    global _listeners
    _listeners = listeners


def session_listeners() -> SessionListeners:
    """The listeners of this process."""
    return _listeners
