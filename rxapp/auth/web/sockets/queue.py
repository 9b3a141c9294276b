"""The queue of packets to send over a WebSocket, with a limit: a client that asks and does not read would fill the memory."""

import asyncio
from typing import Any

UNSENT_BYTES_AT_MOST = 8 * 1024 * 1024
"""Per connection. Above that it is closed. An honest page connects again and gets its present state."""

BYTES_OF_A_PACKET = 512
"""The memory that an empty packet takes."""


class PacketQueue(asyncio.Queue):
    """Engine.IO's queue of one connection. Above the limit it drops all packets and ends; then its reader closes the socket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unsent = 0
        self._has_ended = False

    def put_nowait(self, item: Any) -> None:
        """Add a packet; None ends the queue."""
        if self._has_ended and item is not None:
            return
        super().put_nowait(item)
        self._unsent += _size(item)
        if self._unsent > UNSENT_BYTES_AT_MOST and self.qsize() > 1:  # a single packet may have any length
            self._end()

    def get_nowait(self) -> Any:
        """Take the next packet."""
        packet = super().get_nowait()
        self._unsent -= _size(packet)
        return packet

    def _end(self) -> None:
        while not self.empty():
            self.get_nowait()
            self.task_done()
        self._has_ended = True
        self.put_nowait(None)


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return BYTES_OF_A_PACKET + (len(data) if isinstance(data, str | bytes) else 0)
