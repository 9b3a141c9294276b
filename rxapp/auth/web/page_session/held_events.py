"""Events that wait until their connection has answered what it was asked.

They wait in this process, which has the page's socket, and not in page state: a form that waits may hold a password, and page
state may be in Redis. Their bytes are limited, and they are dropped when their connection closes. One exception: events that
waited for a key, with genuine tokens, wait a little longer for the same page to connect again. So no click is lost when a
network changes.
"""

import asyncio
import json
import logging
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from reflex.event import Event

from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.page_session.work import StartedEvent, started_by_whom
from rxapp.auth.web.reflex_internals.events import RouteVar

_ADDRESS = (RouteVar.PATH, RouteVar.ORIGIN, RouteVar.QUERY)

MAXIMUM_WAITING = 64
"""Events per connection. Our pages never send more without an answer."""

LEFT_FOR_SECONDS = 15
"""After a change of network a page connects again within this time."""

MAXIMUM_LEFT_BYTES = 8 * 2**20
"""For all pages together whose connection has closed."""


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """An event as JSON, which takes a twentieth of the memory, or as an object. With a `session`, it runs for that one only.

    `started_by` is the session whose work has chained it, or None. The session that answers may be another one.
    `came_with` is the session whose tokens the browser held: no other session may do what this one's person has clicked.
    `address` is where the page was when it sent the event. The page may be elsewhere now.
    """

    event: bytes | Event
    name: str
    session: UUID | None
    address: dict[str, Any]
    started_by: UUID | None = None
    came_with: UUID | None = None

    @property
    def size(self) -> int:
        return (len(self.event) if isinstance(self.event, bytes) else 0) + len(repr(self.address))

    def to_event(self) -> Event:
        payload = self.event.payload if isinstance(self.event, Event) else json.loads(self.event)
        return StartedEvent(self.name, self.address, payload, started_by=self.started_by)

    def is_for(self, session: UUID | None) -> bool:
        """Whether it may run, now that the connection has proved this session."""
        return self.session in (None, session) and (session is None or self.came_with in (None, session))


_held: dict[str, list[_Held]] = {}
"""The waiting events by connection."""
_kept_after_close: dict[str, list[_Held]] = {}
"""The events of closed connections, by the client token of a page that may connect again."""


def hold(connection: str, event: Event, *, session: UUID | None = None, came_with: UUID | None = None) -> None:
    """Make an event of this connection wait. With a `session`, it runs for that session only.

    It runs on the connection that answers: its own may have closed.
    """
    waiting = _held.setdefault(connection, [])
    address = {name: event.router_data[name] for name in _ADDRESS if name in event.router_data}
    held = _Held(_serialized(event), event.name, session, address, started_by_whom(event), came_with)
    room = get_service().settings.websocket_message_limit - sum(each.size for each in waiting)
    if len(waiting) < MAXIMUM_WAITING and held.size <= room:
        waiting.append(held)
    elif not event.router_data:  # only if a handler has chained it: a client that sends too much must not fill the log
        logger.warning("an event was dropped: too much was waiting until the page has proved its session: %s", event.name)


def forget(connection: str, names: Container[str]) -> None:
    """Drop the waiting events of this connection that have one of these names."""
    if connection in _held:
        _held[connection] = [held for held in _held[connection] if held.name not in names]


def take(connection: str, client_token: str, session: UUID | None) -> list[Event]:
    """Remove and return the waiting events of this connection, in the order of arrival. Those of another session are dropped.

    If the connection has proved `session`, the events that the same page left when it closed are among them: after the event of
    connecting, and before the clicks.
    """
    own = [held for held in _held.pop(connection, []) if held.is_for(session)]
    left = _kept_after_close.get(client_token, [])
    if left and session is not None and left[0].session == session:
        own[1:1] = _kept_after_close.pop(client_token)
    return [held.to_event() for held in own]


def close(connection: str, client_token: str = "", session: UUID | None = None, exclude: Container[str] = ()) -> None:
    """The connection has closed: drop its waiting events, or keep them a while if the page may connect again as `session`.

    `exclude` names the events that a page sends again when it connects.
    """
    waiting = [held for held in _held.pop(connection, []) if held.name not in exclude]
    if session is None or not waiting or sum(map(_size_of, _kept_after_close.values())) + _size_of(waiting) > MAXIMUM_LEFT_BYTES:
        return
    before = [held for held in _kept_after_close.get(client_token, []) if held.session == session]
    _kept_after_close[client_token] = left = [*before, *(replace(held, session=session) for held in waiting)][:MAXIMUM_WAITING]
    asyncio.get_running_loop().call_later(LEFT_FOR_SECONDS, _drop, client_token, left)


def _drop(client_token: str, left: list[_Held]) -> None:
    if _kept_after_close.get(client_token) is left:
        del _kept_after_close[client_token]


def _serialized(event: Event) -> bytes | Event:
    try:
        frozen = json.dumps(event.payload).encode()
    except (TypeError, ValueError):
        return replace(event, router_data={})
    # An event from the socket has an address, and its payload was JSON. An event that a handler has chained may hold anything.
    is_json = bool(event.router_data) or json.loads(frozen) == event.payload
    return frozen if is_json else replace(event, router_data={})


def _size_of(waiting: list[_Held]) -> int:
    return sum(held.size for held in waiting)
