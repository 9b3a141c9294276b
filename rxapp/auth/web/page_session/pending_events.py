"""Backpressure: how many events of a connection may wait to be handled. Above that, nothing is read from its socket.

Reflex puts each event into a queue, where it waits while a slow handler holds the page's state. Without a limit, a client that
sends faster fills the memory. With the limit the client waits, as with any busy server. Nothing is lost.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from reflex.event import Event

from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.page_session.work import chained
from rxapp.auth.web.reflex_internals.app import registrations
from rxapp.auth.web.reflex_internals.events import RouteVar

MAXIMUM_PENDING = 128
"""Events of one connection. A field that sends an event at each key makes ten a second when a person types fast."""


LARGE = 16 * 1024
"""Characters of an event's payload. Only a few such events are handled at a time (`gate.py`)."""

HANDLED_WITHIN_SECONDS = 2
"""After this time the connection's next event no longer waits for a large one."""


LAST_EVENTS_SECONDS = 30
"""How long the last events of a closed connection may take. Its tokens are kept so long, for these events only."""


class _Pending:
    """The events of one connection that wait or run, and a signal when there is room for more."""

    def __init__(self) -> None:
        self.sizes: dict[asyncio.Future[Any], int] = {}
        self.has_room = asyncio.Event()

    @property
    def is_full(self) -> bool:
        return len(self.sizes) >= MAXIMUM_PENDING or sum(self.sizes.values()) >= get_service().settings.websocket_message_limit


_pending: dict[str, _Pending] = {}


async def room_for_more(connection: str) -> None:
    """Wait until the connection may send another event."""
    while (pending := _pending.get(connection)) is not None and pending.is_full:
        pending.has_room.clear()
        await pending.has_room.wait()


async def large_ones_handled(connection: str) -> None:
    """Wait until the large events of the connection are handled, at most `HANDLED_WITHIN_SECONDS`."""
    pending = _pending.get(connection)
    large = [future for future, size in pending.sizes.items() if size > LARGE] if pending else []
    if large:
        await asyncio.wait(large, timeout=HANDLED_WITHIN_SECONDS)


async def all_handled(connection: str) -> None:
    """Wait until all events of the connection are done, at most `LAST_EVENTS_SECONDS`: a click just before leaving counts."""
    pending = _pending.get(connection)
    if pending is not None and pending.sizes:
        await asyncio.wait(list(pending.sizes), timeout=LAST_EVENTS_SECONDS)


@asynccontextmanager
async def counted_events(app: rx.App) -> AsyncIterator[None]:
    """A lifespan task: count the events that Reflex has to handle. Background tasks hold up nothing, so they do not count."""
    processor = app.event_processor
    enqueue = processor.enqueue

    async def enqueue_counted(token: str, event: Event, ev_ctx: Any = None) -> Any:
        future = await enqueue(token, chained(token, event), ev_ctx)
        connection = event.router_data.get(RouteVar.SESSION_ID)  # an event that a handler has chained has none
        registered = registrations().event_handlers.get(event.name)
        if connection and not future.done() and registered is not None and not registered.handler.is_background:
            _count(connection, future, len(repr(event.payload)))
        return future

    processor.enqueue = enqueue_counted
    yield


def _count(connection: str, future: asyncio.Future[Any], size: int) -> None:
    pending = _pending.setdefault(connection, _Pending())
    pending.sizes[future] = size

    def done(_: asyncio.Future[Any]) -> None:
        pending.sizes.pop(future, None)
        pending.has_room.set()
        if not pending.sizes:
            _pending.pop(connection, None)

    future.add_done_callback(done)
