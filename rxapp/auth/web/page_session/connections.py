"""The WebSockets of this process, and what may be sent over each: no person's data until the connection has proved its session.

Handlers, background tasks and other workers send to a page, and Reflex uses the connection that the page has at that moment.
A stranger who knows the page's client token may hold that connection, or the next person in that browser. So each update is
filtered here, where it is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from reflex.event import Event, EventSpec, remove_session_storage
from reflex.state import StateUpdate

from rxapp.auth.web.page_session.page import PageSession
from rxapp.auth.web.reflex_internals.events import FIELD_MARKER, FORGET_KEY_OF_TAB


@dataclass(slots=True)
class _Connection:
    """`is_let_through`: the gate in front of events (`gate.py`) knows its session, or that it has none. `page`: its page."""

    is_let_through: bool = False
    page: PageSession = field(default_factory=PageSession)


_open: dict[str, _Connection] = {}

_public_vars: set[tuple[str, str]] = set()
_PUBLIC_EVENTS = frozenset({FORGET_KEY_OF_TAB})

_UNPROVED = _Connection()

_UNUSED_KEY = "rxapp-connect-anew"


def opened(connection: str) -> None:
    """To call when a WebSocket has connected."""
    _open[connection] = _Connection()


def closed(connection: str) -> None:
    """To call when a WebSocket has closed."""
    _open.pop(connection, None)


def is_open(connection: str) -> bool:
    """Whether this process has it open."""
    return connection in _open


def let_through(connection: str, page: PageSession) -> None:
    """To call when it has proved its session, or has none. The caller has cleared what the page held of anybody else."""
    if connection in _open:
        _open[connection] = _Connection(is_let_through=True, page=page)


def page_turned(page: PageSession) -> None:
    """To call when the page of this connection begins to belong to another session, or to nobody."""
    if (connection := _open.get(page.connection)) is not None:
        connection.page = page


def hold_back(connection: str) -> None:
    """Another connection has taken over its page. From now on this one gets nothing that is sent to that page."""
    if connection in _open:
        _open[connection] = _Connection()


def send_to_anyone(state_name: str, *names: str) -> None:
    """These vars hold nothing of a person, so a connection gets them before it has proved anything."""
    _public_vars.update((state_name, name) for name in names)


def for_connection(connection: str, update: StateUpdate, session: UUID | None = None) -> StateUpdate | None:
    """The part of `update` that this connection may get, or None. `session`: the session whose work sends it."""
    to = _open.get(connection, _UNPROVED)
    if to.is_let_through and (session is None or to.page.belongs_to(session)):
        return update if update.delta or update.events else None
    delta = {state: shown for state, values in update.delta.items() if (shown := _public_part(state, values))}
    events = [event for event in update.events if _name_of(event) in _PUBLIC_EVENTS]
    return StateUpdate(delta=delta, events=events) if delta or events else None


def connect_anew() -> EventSpec:
    """Make the browser report again what it holds, as it does on connecting.

    Reflex's page does so after it has removed a key of session storage. No other way works without `eval`.
    """
    return remove_session_storage(_UNUSED_KEY)


def _public_part(state: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if (state, name.removesuffix(FIELD_MARKER)) in _public_vars}


def _name_of(event: Event | dict[str, Any]) -> str:
    return event["name"] if isinstance(event, dict) else event.name
