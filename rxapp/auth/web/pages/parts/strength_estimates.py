"""The hint while somebody types a new password. It is a courtesy to strangers, so it must never slow down a login.

It has one thread of its own and a short line. Whoever finds the line full gets no hint; the form judges the password anyway.
"""

import os
import sys
import threading
import time
from functools import partial

from rxapp.auth.core.passwords.policy import Strength
from rxapp.auth.core.throttling.throttle import network_of
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.http.runtime.worker_threads import CallThreads

WAITING_AT_MOST = 8
"""Pages, the one that is being answered included. An estimate takes about 10 ms, and its rest 30: the last waits 0.3 s."""

REST = 3
"""After each estimate the thread sleeps so many times as long: estimates take at most a quarter of the interpreter."""

LOWEST_NICENESS = 19
"""Whatever else there is to do comes first."""


class StrengthEstimates:
    """Estimates one password at a time. One address has one place in the line, so that a flood leaves the others theirs."""

    def __init__(self) -> None:
        self._thread = CallThreads(1, "rxapp-strength", _let_others_go_first)
        self._asking: set[str] = set()
        self._rests_until = 0.0

    async def of(self, password: str, address: str) -> Strength | None:
        """How good it is, or None if too many are asking. `address` is the page's."""
        network = network_of(address)
        if network in self._asking or len(self._asking) >= WAITING_AT_MOST:
            return None
        self._asking.add(network)
        try:
            return await self._thread.run(partial(self._estimate, password))
        finally:
            self._asking.discard(network)

    def _estimate(self, password: str) -> Strength:
        time.sleep(max(0.0, self._rests_until - time.monotonic()))
        began = time.monotonic()
        strength = get_service().accounts.strength_of(password, "")
        ended = time.monotonic()
        self._rests_until = ended + REST * (ended - began)
        return strength


def _let_others_go_first() -> None:
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_NICENESS)


estimates = StrengthEstimates()
