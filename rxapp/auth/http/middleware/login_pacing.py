"""Login pacing: starts a few logins per turn of the event loop, and lets threads switch often.

Without it, a thousand logins that arrive at once would all start in one turn of the event loop. Everybody else's click would wait
until the last of them is refused.
"""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.load_shedding import LOGIN_PATH
from rxapp.auth.http.middleware.spellings import plain

LOGINS_PER_LOOP_TURN = 4
"""Each takes about 0.3 ms until it is queued or refused, so logins take about a millisecond of each turn."""

THREAD_SWITCH_SECONDS = 0.0001
"""How long a busy thread keeps the GIL while another thread waits for it. Python's default is 5 ms.

The server's threads take the GIL for every incoming request, and our database threads for every result. While the event loop is
busy, each of them waits for that long, one after the other. A click waited behind a thousand of them.
"""


class LoginPacing:
    """The outermost ASGI middleware, so that a waiting login has cost next to nothing. Other requests never wait here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._admitting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app. A login waits for its turn first."""
        if scope["type"] == "http" and plain(scope["path"]) == LOGIN_PATH:
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
                if not place.done():  # done: the client has disconnected meanwhile
                    place.set_result(None)
            await asyncio.sleep(0)
        self._admitting = None


def add_login_pacing() -> Callable[..., AbstractAsyncContextManager[None]]:
    """A lifespan task that adds `LoginPacing`. Only at startup is the middleware stack complete, and the process a server."""

    @asynccontextmanager
    async def login_pacing(starlette_app: Starlette) -> AsyncIterator[None]:
        sys.setswitchinterval(min(THREAD_SWITCH_SECONDS, sys.getswitchinterval()))
        if starlette_app.middleware_stack is not None:
            starlette_app.middleware_stack = LoginPacing(starlette_app.middleware_stack)
        yield

    return login_pacing
