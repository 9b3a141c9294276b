"""Limits the WebSockets that one address has open on this worker. Each takes memory, and opening one needs no login."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rxapp.auth.core.identity.network_address import network_of


class TooManyConnections(Exception):
    """This address has the maximum number of WebSockets open."""


class SocketConnections:
    """Counts open WebSockets by address, on the event loop only. An address without any takes no memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_of(self, address: str) -> Iterator[None]:
        """Count a connection while it is open. Raises `TooManyConnections`, but not if the limit is 0 or the address is empty."""
        if not self._limit or not address:
            yield
            return
        network = network_of(address)
        if self._open[network] >= self._limit:
            raise TooManyConnections
        self._open[network] += 1
        try:
            yield
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    def count(self) -> int:
        """How many addresses have a WebSocket open."""
        return len(self._open)
