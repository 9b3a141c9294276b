"""Threads for calls that wait: for the database, or for a password to be hashed."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Any, TypeVar

R = TypeVar("R")


class CallThreads:
    """Runs calls in the order in which they come, on so many threads, and hands what they return to the caller's event loop.

    `concurrent.futures` does more for each call, with locks, than a call to SQLite takes.
    """

    def __init__(self, count: int, name: str, prepare: Callable[[], None] = lambda: None) -> None:
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context, Callable[[], Any]] | None] = SimpleQueue()
        self._names = [f"{name}-{number}" for number in range(count)]
        self._count = count
        self._prepare = prepare

    async def run(self, call: Callable[[], R]) -> R:
        """What `call` returns or raises. It is not begun if its caller has gone away meanwhile, and done if it was begun."""
        while self._names:  # not before the first call: a server may fork its workers, and threads do not come along
            threading.Thread(target=self._work, name=self._names.pop(), daemon=True).start()
        answer = asyncio.get_running_loop().create_future()
        self._calls.put((answer, copy_context(), call))
        return await answer

    def close(self) -> None:
        """End the threads, once the calls that wait are done."""
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
            except BaseException as raised:  # noqa: BLE001  it is the caller's
                result, error = None, raised
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                answer.get_loop().call_soon_threadsafe(_give, answer, result, error)
            del waiting, answer, context, call, result, error  # or they would be kept until the next call


def _give(answer: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if answer.cancelled():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
