"""Direct calls: one event handler calls another one, which is guarded, like a function."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from typing import Any

from rxapp.auth.web.page_session.work import running_work
from rxapp.auth.web.reflex_internals.app import registrations

logger = logging.getLogger(__name__)


class DirectCall:
    """A guarded handler that another one has called. `await` it, or iterate over what it yields with `async for`.

    `await` gives what the handler has yielded and returned: None, an event, or a list of events. The caller can return it. If the
    guard refuses, it raises `AdmittedNoMore`, which ends the calling handler too.
    """

    def __init__(self, name: str, stream: AsyncGenerator[Any]) -> None:
        self._name = name
        self._stream = stream
        self._is_used = False

    def __aiter__(self) -> AsyncIterator[Any]:
        self._is_used = True
        return self._stream

    def __await__(self) -> Generator[Any, None, Any]:
        self._is_used = True
        return self._run().__await__()

    async def _run(self) -> Any:
        chained: list[Any] = []
        async for item in self._stream:
            chained += item if isinstance(item, list | tuple) else [item] if item is not None else []
        return chained if len(chained) > 1 else chained[0] if chained else None

    def __del__(self) -> None:
        if not self._is_used:
            logger.error("%s was called and not awaited, so it has not run: await it, or return it", self._name)


def is_direct_call(handler: Callable) -> bool:
    """Whether the app's code is the caller. Reflex calls the handler of each event once; every other call is the app's."""
    work = running_work()
    if work is None:
        return False
    registered = registrations().event_handlers.get(work.event_name)
    is_first = not work.is_begun and registered is not None and getattr(registered.handler.fn, "__wrapped__", None) is handler
    work.is_begun = work.is_begun or is_first
    return not is_first
