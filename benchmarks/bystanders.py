"""People who go on reading and clicking beside a flood, in a process of their own: how long each answer took."""

import asyncio
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any

from benchmarks.load import Connection, read
from chaos.page import Page

PAUSE_SECONDS = 0.02
"""Between an answer and the next request or click of the same person."""

TICK_SECONDS = 0.005


@dataclass
class Waits:
    """When each wait began, and how long it was in milliseconds; `late` is what the process itself was late by, and when."""

    requests: list[tuple[float, float]] = field(default_factory=list)
    clicks: list[tuple[float, float]] = field(default_factory=list)
    late: list[tuple[float, float]] = field(default_factory=list)

    def between(self, kind: str, began: float, ended: float) -> list[float]:
        """The waits that overlap that time, less what this process was late by itself: that is not the server's doing."""
        overlapping = [(at, wait) for at, wait in getattr(self, kind) if at < ended and at + wait / 1000 > began]
        return [max(0.0, wait - self._late_between(at, at + wait / 1000)) for at, wait in overlapping]

    def _late_between(self, began: float, ended: float) -> float:
        return sum(late for at, late in self.late if began <= at <= ended)


def stand_by(port: int, pairs: list[dict[str, str]], is_over: Event, are_ready: Event, found: Any) -> None:
    """One half reads a guarded route on a connection that stands, the other clicks on a guarded page, until it is over.

    Puts its `Waits` into the queue `found`.
    """
    found.put(asyncio.run(_stand_by(port, pairs, is_over, are_ready)))


async def _stand_by(port: int, pairs: list[dict[str, str]], is_over: Event, are_ready: Event) -> Waits:
    waits, half = Waits(), len(pairs) // 2
    pages = [Page(f"http://127.0.0.1:{port}", pair) for pair in pairs[half:]]
    for page in pages:
        await page.open()
    people = [_go_on(_reader(await Connection().open(port), pair), waits.requests, is_over) for pair in pairs[:half]]
    people += [_go_on(page.click, waits.clicks, is_over) for page in pages]
    are_ready.set()
    await asyncio.gather(*people, _tick(waits.late, is_over))
    for page in pages:
        await page.close()
    return waits


def _reader(connection: Connection, pair: dict[str, str]) -> Any:
    return lambda: read(connection, pair)


async def _go_on(act: Any, waits: list[tuple[float, float]], is_over: Event) -> None:
    while not is_over.is_set():
        began = time.monotonic()
        await act()
        waits.append((began, (time.monotonic() - began) * 1000))
        await asyncio.sleep(PAUSE_SECONDS)


async def _tick(late: list[tuple[float, float]], is_over: Event) -> None:
    while not is_over.is_set():
        due = time.monotonic() + TICK_SECONDS
        await asyncio.sleep(TICK_SECONDS)
        late.append((time.monotonic(), max(0.0, time.monotonic() - due) * 1000))
