"""Threads for calls that block: they wait for the database, or hash a password."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Any, TypeVar

R = TypeVar("R")


class CallThreads:
    """Runs calls in the order in which they come, on `count` threads. The results go back to the caller's event loop.

    The overhead of `concurrent.futures` per call, with its locks, is more than a call to SQLite takes.
    """

    def __init__(self, count: int, name: str, prepare: Callable[[], None] = lambda: None) -> None:
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context, Callable[[], Any]] | None] = SimpleQueue()
        self._names = [f"{name}-{number}" for number in range(count)]
        self._count = count
        self._prepare = prepare

    async def run(self, call: Callable[[], R]) -> R:
        """What `call` returns or raises. If the caller is cancelled, a waiting call is dropped and a running one is completed."""
        while self._names:  # started at the first call: a server may fork its workers before, and a fork has no threads
            threading.Thread(target=self._work, name=self._names.pop(), daemon=True).start()
        answer = asyncio.get_running_loop().create_future()
        self._calls.put((answer, copy_context(), call))
        return await answer

    def close(self) -> None:
        """End the threads after the waiting calls are done."""
        for _ in range(self._count):
            self._calls.put(None)

    def _work(self) -> None:
        self._prepare()
        while (waiting := self._calls.get()) is not None:
            answer, context, call = waiting
            if answer.cancelled():
                continue
            try:
                result, error = context.run(call), None
            except BaseException as raised:  # noqa: BLE001  the caller handles it
                result, error = None, raised
            with suppress(RuntimeError):  # the loop is closed, so nobody waits
                answer.get_loop().call_soon_threadsafe(_give, answer, result, error)
            del waiting, answer, context, call, result, error  # otherwise they stay in memory until the next call


def _give(answer: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if answer.cancelled():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
