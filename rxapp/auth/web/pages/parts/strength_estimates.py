"""Estimates for the hint while somebody types a new password. The hint needs no login, so it must never slow down a login.

The estimates have one thread of their own and a short queue. If the queue is full, there is no hint; the form checks the password
anyway.
"""

import os
import sys
import threading
import time
from functools import partial

from rxapp.auth.core.identity.network_address import network_of
from rxapp.auth.core.passwords.policy import Strength
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.http.runtime.worker_threads import CallThreads

WAITING_AT_MOST = 8
"""Requests in the queue, including the running one. One takes about 10 ms, and the pause after it 30 ms: the last waits 0.3 s."""

REST = 3
"""The pause after an estimate, in multiples of its time: so estimates take at most a quarter of the interpreter's time."""

LOWEST_NICENESS = 19
"""The lowest priority: all other work comes first."""


class StrengthEstimates:
    """Estimates one password at a time. Each address has one place in the queue, so that a flood leaves places for the others."""

    def __init__(self) -> None:
        self._thread = CallThreads(1, "rxapp-strength", _lower_priority)
        self._asking: set[str] = set()
        self._rests_until = 0.0

    async def of(self, password: str, address: str, user_name: str = "", minimum: int = 0) -> Strength | None:
        """The strength, or None if too many are asking. `address` is the page's, `user_name` may be that of nobody yet.

        `minimum` is the length for a known person, 0 the length for everybody.
        """
        network = network_of(address)
        if network in self._asking or len(self._asking) >= WAITING_AT_MOST:
            return None
        self._asking.add(network)
        try:
            return await self._thread.run(partial(self._estimate, password, user_name, minimum or None))
        finally:
            self._asking.discard(network)

    def _estimate(self, password: str, user_name: str, minimum: int | None) -> Strength:
        time.sleep(max(0.0, self._rests_until - time.monotonic()))
        began = time.monotonic()
        strength = get_service().accounts.strength_of(password, user_name, minimum)
        ended = time.monotonic()
        self._rests_until = ended + REST * (ended - began)
        return strength


def _lower_priority() -> None:
    if sys.platform == "linux":  # only there a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_NICENESS)


estimates = StrengthEstimates()
