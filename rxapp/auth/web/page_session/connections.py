"""The WebSockets of this process, and what may be sent over each: nothing of anybody's until it has shown whose it is.

Whatever a handler, a background task or another worker sends to a page goes to the connection that the page has at that moment.
That may be a stranger's, who knows the page's client token, or the next person's in that browser. So it is looked at here, where
it is sent.
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
    """`is_let_through`: it has shown whose it is; the gate in front of events says so (`gate.py`). `page`: whose that is."""

    is_let_through: bool = False
    page: PageSession = field(default_factory=PageSession)


_open: dict[str, _Connection] = {}

_public_vars: set[tuple[str, str]] = set()
_PUBLIC_EVENTS = frozenset({FORGET_KEY_OF_TAB})

_NOBODYS = _Connection()

_NEVER_STORED = "rxapp-connect-anew"


def opened(connection: str) -> None:
    """A WebSocket has connected."""
    _open[connection] = _Connection()


def closed(connection: str) -> None:
    """It has closed."""
    _open.pop(connection, None)


def is_open(connection: str) -> bool:
    """Whether it is open, in this process."""
    return connection in _open


def let_through(connection: str, page: PageSession) -> None:
    """It has shown whose it is, or that it is nobody's; what the page held of anybody else is forgotten."""
    if connection in _open:
        _open[connection] = _Connection(is_let_through=True, page=page)


def page_turned(page: PageSession) -> None:
    """The page of this connection is another session's from now on, or nobody's."""
    if (connection := _open.get(page.connection)) is not None:
        connection.page = page


def hold_back(connection: str) -> None:
    """Another connection has come to its page: whatever is sent to that page from now on is not for this one."""
    if connection in _open:
        _open[connection] = _Connection()


def send_to_anyone(state_name: str, *names: str) -> None:
    """These vars hold nothing of a person: they are sent to a connection that has shown nothing yet."""
    _public_vars.update((state_name, name) for name in names)


def for_connection(connection: str, update: StateUpdate, session: UUID | None = None) -> StateUpdate | None:
    """What of `update` may be sent over this connection of ours; None if it is nothing. `session`: for whose work it is sent."""
    to = _open.get(connection, _NOBODYS)
    if to.is_let_through and (session is None or to.page.belongs_to(session)):
        return update if update.delta or update.events else None
    delta = {state: shown for state, values in update.delta.items() if (shown := _public_part(state, values))}
    events = [event for event in update.events if _name_of(event) in _PUBLIC_EVENTS]
    return StateUpdate(delta=delta, events=events) if delta or events else None


def connect_anew() -> EventSpec:
    """Have the browser send what it sends on connecting: what it holds.

    That is what Reflex's page does after it has removed a key of session storage, and the only way that works without `eval`.
    """
    return remove_session_storage(_NEVER_STORED)


def _public_part(state: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if (state, name.removesuffix(FIELD_MARKER)) in _public_vars}


def _name_of(event: Event | dict[str, Any]) -> str:
    return event["name"] if isinstance(event, dict) else event.name
