"""Lets logins in a few at a time, and threads change places often.

A thousand that arrive at once would otherwise be begun in one turn of the event loop, and everybody else's click would wait until
the last of them has been refused.
"""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.load_shedding import LOGIN_PATH

LOGINS_PER_LOOP_TURN = 4
"""Each takes about 0.3 ms until it stands in line or is refused: of one turn of the loop, a millisecond."""

THREAD_SWITCH_SECONDS = 0.0001
"""How long a busy thread keeps the interpreter while another waits; Python's own is 5 ms.

The server takes the interpreter once for every request that comes in, our database threads for every answer. While the event loop
is busy, each time is that long, one after the other: a click stood behind a thousand of them.
"""


class LoginPacing:
    """ASGI middleware, outside everything: what has to wait has cost next to nothing. Other requests do not pass through it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._admitting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, a login as soon as it is its turn."""
        if scope["type"] == "http" and scope["path"] == LOGIN_PATH:
            await self._wait_for_turn()
        await self._app(scope, receive, send)

    async def _wait_for_turn(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        if self._admitting is None:
            self._admitting = asyncio.create_task(self._admit())
        await place

    async def _admit(self) -> None:
        while self._waiting:
            for _ in range(min(LOGINS_PER_LOOP_TURN, len(self._waiting))):
                place = self._waiting.popleft()
                if not place.done():  # whoever has gone away meanwhile is let in nowhere
                    place.set_result(None)
            await asyncio.sleep(0)
        self._admitting = None


def add_login_pacing() -> Callable[..., AbstractAsyncContextManager[None]]:
    """A lifespan task, for only then is there a whole to put it around, and a process that serves."""

    @asynccontextmanager
    async def login_pacing(starlette_app: Starlette) -> AsyncIterator[None]:
        sys.setswitchinterval(min(THREAD_SWITCH_SECONDS, sys.getswitchinterval()))
        if starlette_app.middleware_stack is not None:
            starlette_app.middleware_stack = LoginPacing(starlette_app.middleware_stack)
        yield

    return login_pacing
