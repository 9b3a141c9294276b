"""Which messages a page may send over its WebSocket. They are checked before Engine.IO, Socket.IO and Reflex read them.

These libraries trust clients too much. If a client sends a message named `connect`, Socket.IO passes it to the handler for new
connections, with an environment that the client has made. So one socket could change its address at will, and guess passwords
without limit. Socket.IO also keeps binary attachments until the last has come, and repeats long names of namespaces.
"""

import json
import re
from collections.abc import Collection
from typing import Any

ADDRESS_MAXIMUM_LENGTH = 32 * 1024
"""Characters of the whole page address in an event: path and query, twice. It is kept with the page's state."""

_PATH = re.compile(r"/(?!/)[^\t\r\n]*", re.DOTALL)
"""What `urlsplit` takes for a path: one slash, and nothing that it would leave out before it looks."""

PATH_MAXIMUM_LENGTH = 2_048
"""Characters. Reflex remembers the route of each of the last 4,096 different paths."""

NAME_MAXIMUM_LENGTH = 512
"""Characters of an event's name: the names of its states and of its handler."""

DEPTH_MAXIMUM = 64
"""Levels of nested lists and objects. Python's recursion limit is 1,000, with an error where no code expects one."""

ATTACHMENTS_AT_MOST = 16
"""Attachments of one binary message. Reflex's own pages send none."""

IDENTIFIER_MAXIMUM_LENGTH = 20
"""Digits of the number with which a message asks for an acknowledgement: 64 bits."""

_CLOSE, _PONG, _MESSAGE = "1", "3", "4"
"""Packet types of Engine.IO."""

_CONNECT, _DISCONNECT, _EVENT, _ACK, _BINARY_EVENT = "0", "1", "2", "3", "5"
"""Packet types of Socket.IO, in such a message."""

_RESERVED_NAMES = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
"""Names that no client may send (Socket.IO, "Emit cheatsheet")."""


class MessageRefused(Exception):
    """No honest page sends this message. The error says why, and quotes nothing of the message."""


class SocketMessages:
    """Checks the messages of one connection, in order. `namespaces` are the app's own; a message has at most `maximum` bytes."""

    def __init__(self, namespaces: Collection[str], maximum: int) -> None:
        self._namespaces = namespaces
        self._maximum = maximum
        self._missing_attachments = 0
        self._attached = 0
        self.has_joined = False
        self.has_left = False

    @property
    def is_waiting_for_attachments(self) -> bool:
        """Whether a binary message is not complete yet."""
        return self._missing_attachments > 0

    def hear(self, message: str | bytes) -> None:
        """Raise `MessageRefused` unless the message is allowed."""
        size = len(message) if isinstance(message, bytes) or message.isascii() else len(message.encode("utf-8", "replace"))
        if size > self._maximum:
            raise MessageRefused("too long")
        if isinstance(message, bytes):
            self._hear_attachment(size)
        elif message[:1] == _MESSAGE:
            self._hear_packet(message)
        elif message == _CLOSE:
            self.has_left = True
        elif message != _PONG:
            raise MessageRefused("a packet that Engine.IO's clients do not send")

    def _hear_attachment(self, size: int) -> None:
        if not self._missing_attachments:
            raise MessageRefused("an attachment without a message")
        self._missing_attachments -= 1
        self._attached += size
        if self._attached > self._maximum:
            raise MessageRefused("attachments too long")

    def _hear_packet(self, message: str) -> None:
        if self._missing_attachments:
            raise MessageRefused("something else in place of an attachment")
        kind, rest = message[1:2], message[2:]
        if kind == _BINARY_EVENT:
            rest = self._expect_attachments(rest)
        namespace, data = _split(rest)
        if namespace not in self._namespaces:
            raise MessageRefused("an unknown namespace")
        value = _read(data)
        if kind == _CONNECT:
            self.has_joined = True
            _require_good_start(value)
        elif not self.has_joined:
            raise MessageRefused("a message before the connection is made")
        elif kind in (_EVENT, _BINARY_EVENT):
            _require_good_packet(value)
            _require_own_attachments(value, self._missing_attachments)
        elif kind == _DISCONNECT:
            self.has_left = True  # a page joins only one namespace, and closes its connection when it leaves it
        elif kind != _ACK:
            raise MessageRefused("a packet that Socket.IO's clients do not send")

    def _expect_attachments(self, rest: str) -> str:
        number, dash, rest = rest.partition("-")
        is_number = bool(dash) and number.isascii() and number.isdigit() and len(number) <= len(str(ATTACHMENTS_AT_MOST))
        if not is_number or not 1 <= int(number) <= ATTACHMENTS_AT_MOST:
            raise MessageRefused("a binary message with no or too many attachments")
        self._missing_attachments, self._attached = int(number), 0
        return rest


def _split(rest: str) -> tuple[str, str]:
    """The namespace (`/` if none is named), and the rest of the packet."""
    if not rest.startswith("/"):
        return "/", rest
    named, _, data = rest.partition(",")
    return named.partition("?")[0], data


def _read(data: str) -> Any:
    """The value of the JSON in a packet, or None. A number may come before the JSON."""
    text = data.lstrip("0123456789")
    if len(data) - len(text) > IDENTIFIER_MAXIMUM_LENGTH:
        raise MessageRefused("an acknowledgement number that is too long")
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise MessageRefused("invalid JSON") from None
    if data.count("[") + data.count("{") > DEPTH_MAXIMUM and _is_deep(value):
        raise MessageRefused("JSON that is nested too deeply")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_MAXIMUM):
        level = _members(level)
        if not level:
            return False
    return True


def _members(values: list[Any]) -> list[Any]:
    inner = [each.values() if isinstance(each, dict) else each for each in values if isinstance(each, dict | list)]
    return [each for members in inner for each in members]


def _require_own_attachments(value: Any, number: int) -> None:
    """A placeholder names an attachment by any number. Socket.IO replaces it, and fails if there is no such attachment."""
    level = [value] if number else []
    while level:
        wanted = [each["num"] for each in level if isinstance(each, dict) and each.get("_placeholder") and "num" in each]
        if not all(type(place) is int and 0 <= place < number for place in wanted):
            raise MessageRefused("a placeholder without an attachment")
        level = _members(level)


def _require_good_start(data: Any) -> None:
    """A page of Reflex sends its first event together with the connection."""
    if data is not None and not isinstance(data, dict):
        raise MessageRefused("connection data that is not an object")
    if data and data.get("event") is not None:
        _require_good_event(data["event"])


def _require_good_packet(data: Any) -> None:
    if not isinstance(data, list) or not data or not isinstance(data[0], str) or data[0] in _RESERVED_NAMES:
        raise MessageRefused("an event that no client sends")
    if data[0] == "event":
        _require_good_event(data[1] if len(data) == 2 else None)  # noqa: PLR2004  the name and the event


def _require_good_event(event: Any) -> None:
    if not isinstance(event, dict):
        raise MessageRefused("an event that is not an object")
    name, payload, router_data = event.get("name"), event.get("payload", {}), event.get("router_data", {})
    if not isinstance(name, str) or len(name) > NAME_MAXIMUM_LENGTH:
        raise MessageRefused("an event without a name")
    if not isinstance(payload, dict) or not isinstance(router_data, dict):
        raise MessageRefused("an event of another shape")
    if router_data:
        _require_short_address(router_data)


def _require_short_address(router_data: dict[str, Any]) -> None:
    """Reflex parses the address at each change. If it does not begin like a path, it is parsed as a part of the host name.

    So is what follows two slashes, and Python takes tabs and line ends out before it looks. It normalizes host names: 250 KB of
    combining marks blocked the worker for 18 seconds.
    """
    path, address, query = router_data.get("pathname", ""), router_data.get("asPath", ""), router_data.get("query", {})
    if not isinstance(path, str) or not isinstance(address, str) or not isinstance(query, dict):
        raise MessageRefused("an address of another shape")
    if len(path) > PATH_MAXIMUM_LENGTH or len(str(router_data)) > ADDRESS_MAXIMUM_LENGTH:
        raise MessageRefused("an address that is too long")
    if address and not _PATH.fullmatch(address):
        raise MessageRefused("an address that is no path")
