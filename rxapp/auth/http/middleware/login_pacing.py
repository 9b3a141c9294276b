"""Login pacing: starts a few logins per turn of the event loop, and lets threads switch often.

Without it, a thousand logins that arrive at once would all start in one turn of the event loop. Everybody else's click would wait
until the last of them is refused.
"""

import asyncio
import sys
from collections import deque

from rxapp.auth.http.middleware.spellings import plain

LOGIN_PATH = "/api/auth/login"

LOGINS_PER_LOOP_TURN = 4
"""Each takes about 0.3 ms until it is queued or refused, so logins take about a millisecond of each turn."""

THREAD_SWITCH_SECONDS = 0.0001
"""How long a busy thread keeps the GIL while another thread waits for it. Python's default is 5 ms.

The server's threads take the GIL for every incoming request, and our database threads for every result. While the event loop is
busy, each of them waits for that long, one after the other. A click waited behind a thousand of them.
"""


def is_login(path: str) -> bool:
    """Whether this is the path of a login, in any spelling."""
    return plain(path) == LOGIN_PATH


class LoginPacing:
    """The line in which logins wait before anything else is done for them. Other requests never wait here."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._admitting: asyncio.Task[None] | None = None

    async def wait_for_turn(self) -> None:
        """Return in a turn of the event loop in which few other logins begin."""
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


def switch_threads_often() -> None:
    """Set for this process how long a busy thread keeps the GIL. A lower value, which the app has set, stays."""
    sys.setswitchinterval(min(THREAD_SWITCH_SECONDS, sys.getswitchinterval()))
