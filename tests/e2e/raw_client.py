"""Engine.IO and Socket.IO by hand: what no client library would send."""

import contextlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

ROOT_STATE = "reflex___state____state"
NAMESPACE = "/_event"
ANSWER_SECONDS = 60


class RawClient:
    """One WebSocket that is a page's, as far as the server can see."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.sent_bytes = 0

    def send(self, text: str | bytes) -> None:
        """A packet of Engine.IO's, as it stands. One that the server has closed for is not sent."""
        with contextlib.suppress(ConnectionClosed):
            self._socket.send(text)
            self.sent_bytes += len(text)

    def emit(self, *data: Any) -> None:
        """A Socket.IO event: its name, and its arguments."""
        self.send(f"42{NAMESPACE},{json.dumps(data)}")

    def call(self, name: str, payload: Any = None, **more: Any) -> None:
        """An event of Reflex's: the full name of a handler, and its arguments."""
        self.emit("event", {"name": name, "payload": {} if payload is None else payload, "router_data": {}} | more)

    def hydrate(self) -> None:
        """What every page says first."""
        self.call(f"{ROOT_STATE}.hydrate_and_load", {"vars": {}})

    def close(self, reason: str) -> None:
        """Say goodbye, and why."""
        self._socket.close(reason=reason)

    def leave(self) -> None:
        """Close in Engine.IO's own way, and wait until all that was sent has been read: whoever was not let in gets no answer."""
        self.send("1")
        self.settle()

    def settle(self) -> None:
        """Wait until all that was sent has been read: the server reads one after the other, and answers a ping."""
        with contextlib.suppress(ConnectionClosed):
            self.emit("ping")
            while "pong" not in str(self._socket.recv(timeout=ANSWER_SECONDS)):
                pass


@contextlib.contextmanager
def raw_client(
    url: str, token: str | None = None, *, auth: str = "{}", query: str = "", protocol: str | None = None
) -> Iterator[RawClient]:
    """Connect as the page of `token` (a new one if none is given); `auth` is the text of what the connection is opened with."""
    address = f"{url.replace('http', 'ws')}{NAMESPACE}/?token={token or uuid.uuid4()}&EIO=4&transport=websocket{query}"
    with contextlib.suppress(InvalidHandshake, ConnectionClosed):
        with connect(address, subprotocols=[protocol] if protocol else None) as socket:
            client = RawClient(socket)
            client.send(f"40{NAMESPACE},{auth}")
            yield client
            return
    return
