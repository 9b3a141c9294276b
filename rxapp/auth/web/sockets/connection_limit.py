"""How many WebSockets one address has open on this worker: each takes memory, and nobody has to sign in for one."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rxapp.auth.core.throttling.throttle import network_of


class TooManyConnections(Exception):
    """This address has as many open as it may."""


class SocketConnections:
    """Counts, on the event loop alone. Of an address that has none open nothing is kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_of(self, address: str) -> Iterator[None]:
        """Count a connection while it is open. Raises `TooManyConnections`; for a limit of 0 or no address never."""
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
        """How many addresses have any open."""
        return len(self._open)
