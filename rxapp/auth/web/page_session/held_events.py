"""Events that wait until their connection has shown what it was asked for.

They wait in this process, which the page's socket is on, and not in page state: a form that waits may hold a password, and page
state may lie in Redis. What waits is bounded by its bytes, and is gone when its connection closes. Only what waited for a key,
with genuine tokens, waits a little longer for the same page to connect again: then no click is lost when a network changes.
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
"""Of one connection. A page that sends more without answering is not one of ours."""

LEFT_FOR_SECONDS = 15
"""In this time a page connects again whose network has changed."""

MAXIMUM_LEFT_BYTES = 8 * 2**20
"""Of all pages together whose connection has closed."""


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """An event as JSON, which takes a twentieth of the room, or as it is. With a `session`, it is that one's only.

    `started_by` is the session whose work has chained it, if any has. It is not that of the answer for which the event waits.
    `came_with` is the session whose tokens the browser held: another one's is not to do what this one's person has clicked.
    `address` is where the page was then: it may be elsewhere by now.
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

    def thawed(self) -> Event:
        payload = self.event.payload if isinstance(self.event, Event) else json.loads(self.event)
        return StartedEvent(self.name, self.address, payload, started_by=self.started_by)

    def is_for(self, session: UUID | None) -> bool:
        """Whether it goes on, now that the connection has proved to be of this session."""
        return self.session in (None, session) and (session is None or self.came_with in (None, session))


_held: dict[str, list[_Held]] = {}
"""By connection."""
_left: dict[str, list[_Held]] = {}
"""By the client token of a page that may connect again."""


def hold(connection: str, event: Event, *, session: UUID | None = None, came_with: UUID | None = None) -> None:
    """Have an event of this connection wait; with a `session`, for that session only.

    It goes on with the connection of the answer: its own may have closed.
    """
    waiting = _held.setdefault(connection, [])
    address = {name: event.router_data[name] for name in _ADDRESS if name in event.router_data}
    held = _Held(_frozen(event), event.name, session, address, started_by_whom(event), came_with)
    room = get_service().settings.websocket_message_limit - sum(each.size for each in waiting)
    if len(waiting) < MAXIMUM_WAITING and held.size <= room:
        waiting.append(held)
    elif not event.router_data:  # a handler has chained it; whoever sends too much over a socket fills no log
        logger.warning("an event was too much to be kept until its page has shown whose it is: %s", event.name)


def forget(connection: str, names: Container[str]) -> None:
    """What waits of this connection and has one of these names never happens."""
    if connection in _held:
        _held[connection] = [held for held in _held[connection] if held.name not in names]


def take(connection: str, client_token: str, session: UUID | None) -> list[Event]:
    """All that waits of this connection, in the order in which it came; it waits no more. What is another session's is gone.

    With it comes what the page has left when it closed, if the connection has proved to be of that `session`: after what the
    connection has said on connecting, and before its clicks.
    """
    own = [held for held in _held.pop(connection, []) if held.is_for(session)]
    left = _left.get(client_token, [])
    if left and session is not None and left[0].session == session:
        own[1:1] = _left.pop(client_token)
    return [held.thawed() for held in own]


def close(connection: str, client_token: str = "", session: UUID | None = None, exclude: Container[str] = ()) -> None:
    """The connection has closed: what waits is gone, unless its page may connect again as this session.

    `exclude` is what a page does again by connecting.
    """
    waiting = [held for held in _held.pop(connection, []) if held.name not in exclude]
    if session is None or not waiting or sum(map(_size_of, _left.values())) + _size_of(waiting) > MAXIMUM_LEFT_BYTES:
        return
    before = [held for held in _left.get(client_token, []) if held.session == session]
    _left[client_token] = left = [*before, *(replace(held, session=session) for held in waiting)][:MAXIMUM_WAITING]
    asyncio.get_running_loop().call_later(LEFT_FOR_SECONDS, _drop, client_token, left)


def _drop(client_token: str, left: list[_Held]) -> None:
    if _left.get(client_token) is left:
        del _left[client_token]


def _frozen(event: Event) -> bytes | Event:
    try:
        frozen = json.dumps(event.payload).encode()
    except (TypeError, ValueError):
        return replace(event, router_data={})
    # What came over the socket, with an address, is JSON. An event that a handler has chained may hold anything.
    is_json = bool(event.router_data) or json.loads(frozen) == event.payload
    return frozen if is_json else replace(event, router_data={})


def _size_of(waiting: list[_Held]) -> int:
    return sum(held.size for held in waiting)
