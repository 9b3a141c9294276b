"""What a page may say over its WebSocket, decided before Engine.IO, Socket.IO and Reflex act upon it.

They trust a client further than a stranger deserves. Socket.IO hands a message named `connect` to the very handler that a new
connection runs, with an environment of the sender's making: one socket could change its address as often as it liked, and so
guess passwords without end. It keeps binary attachments until the last has come, and repeats long names of namespaces.
"""

import json
from collections.abc import Collection
from typing import Any

ADDRESS_MAXIMUM_LENGTH = 32 * 1024
"""Characters of all that an event says of the page's own address: path and query, twice. It is kept with the page's state."""

PATH_MAXIMUM_LENGTH = 2_048
"""Characters. Reflex remembers the route of each of the last 4,096 different paths."""

NAME_MAXIMUM_LENGTH = 512
"""Characters of an event's name: those of its states, and of its handler."""

DEPTH_MAXIMUM = 64
"""Lists and objects within each other. Python's recursion ends at 1,000, with an error where nobody expects one."""

ATTACHMENTS_AT_MOST = 16
"""Of one binary message. Reflex's own pages send none."""

IDENTIFIER_MAXIMUM_LENGTH = 20
"""Digits of the number by which a message asks for an answer: 64 bits."""

_CLOSE, _PONG, _MESSAGE = "1", "3", "4"
"""Of Engine.IO."""

_CONNECT, _DISCONNECT, _EVENT, _ACK, _BINARY_EVENT = "0", "1", "2", "3", "5"
"""Of Socket.IO, in such a message."""

_OF_THE_SERVER = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
"""Names that no client may send (Socket.IO, "Emit cheatsheet")."""


class MessageRefused(Exception):
    """The page of nobody honest has sent this; says why, without a word of it."""


class SocketMessages:
    """All that comes over one connection, in order. `namespaces` are those that the app has, `maximum` the bytes of a message."""

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
        """Raise `MessageRefused` unless the message may be handed on."""
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
            raise MessageRefused("no message of Engine.IO's clients")

    def _hear_attachment(self, size: int) -> None:
        if not self._missing_attachments:
            raise MessageRefused("an attachment of nothing")
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
            raise MessageRefused("a namespace that there is not")
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
            self.has_left = True  # a page joins one namespace, and closes its connection when it leaves that
        elif kind != _ACK:
            raise MessageRefused("no message of Socket.IO's clients")

    def _expect_attachments(self, rest: str) -> str:
        number, dash, rest = rest.partition("-")
        is_number = bool(dash) and number.isascii() and number.isdigit() and len(number) <= len(str(ATTACHMENTS_AT_MOST))
        if not is_number or not 1 <= int(number) <= ATTACHMENTS_AT_MOST:
            raise MessageRefused("a binary message with no or too many attachments")
        self._missing_attachments, self._attached = int(number), 0
        return rest


def _split(rest: str) -> tuple[str, str]:
    """The namespace, `/` if none is named, and what comes after it."""
    if not rest.startswith("/"):
        return "/", rest
    named, _, data = rest.partition(",")
    return named.partition("?")[0], data


def _read(data: str) -> Any:
    """The JSON in a packet, after the number that may stand before it; None if there is none."""
    text = data.lstrip("0123456789")
    if len(data) - len(text) > IDENTIFIER_MAXIMUM_LENGTH:
        raise MessageRefused("too long a number")
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise MessageRefused("no JSON") from None
    if data.count("[") + data.count("{") > DEPTH_MAXIMUM and _is_deep(value):
        raise MessageRefused("nested too deep")
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
    """Socket.IO puts the attachment of any number in place of a placeholder, and fails if there is none."""
    level = [value] if number else []
    while level:
        wanted = [each["num"] for each in level if isinstance(each, dict) and each.get("_placeholder") and "num" in each]
        if not all(type(place) is int and 0 <= place < number for place in wanted):
            raise MessageRefused("a place for an attachment that there is not")
        level = _members(level)


def _require_good_start(data: Any) -> None:
    """Reflex's page sends its first event with the connection."""
    if data is not None and not isinstance(data, dict):
        raise MessageRefused("a connection with something odd")
    if data and data.get("event") is not None:
        _require_good_event(data["event"])


def _require_good_packet(data: Any) -> None:
    if not isinstance(data, list) or not data or not isinstance(data[0], str) or data[0] in _OF_THE_SERVER:
        raise MessageRefused("an event that no client sends")
    if data[0] == "event":
        _require_good_event(data[1] if len(data) == 2 else None)  # noqa: PLR2004  the name and the event


def _require_good_event(event: Any) -> None:
    if not isinstance(event, dict):
        raise MessageRefused("an event that is none")
    name, payload, router_data = event.get("name"), event.get("payload", {}), event.get("router_data", {})
    if not isinstance(name, str) or len(name) > NAME_MAXIMUM_LENGTH:
        raise MessageRefused("an event without a name")
    if not isinstance(payload, dict) or not isinstance(router_data, dict):
        raise MessageRefused("an event of another shape")
    if router_data:
        _require_short_address(router_data)


def _require_short_address(router_data: dict[str, Any]) -> None:
    """Reflex parses it, at each change. Where it does not begin as a path it would be read as a part of the host's name.

    Python normalizes those: 250 KB of combining marks took 18 seconds, in which nobody else was served.
    """
    path, address, query = router_data.get("pathname", ""), router_data.get("asPath", ""), router_data.get("query", {})
    if not isinstance(path, str) or not isinstance(address, str) or not isinstance(query, dict):
        raise MessageRefused("an address of another shape")
    if len(path) > PATH_MAXIMUM_LENGTH or len(str(router_data)) > ADDRESS_MAXIMUM_LENGTH:
        raise MessageRefused("an address that is too long")
    if address and not address.startswith("/"):
        raise MessageRefused("an address that is no path")
