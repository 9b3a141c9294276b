"""Readiness: whether this process can serve. The checks run at most once a second."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis
from sqlalchemy import text

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.runtime.service import get_service

CACHE_SECONDS = 1.0
"""More frequent callers get the last answer, so that a stranger cannot load the database with requests."""

TIMEOUT_SECONDS = 2.0
"""A check that takes longer has failed."""

THREADS = 4
"""A separate pool, so that checks do not wait behind people's requests, and hanging checks block no other threads."""

Check = Callable[[], Any]
"""Returns if the check has passed, raises if it has failed."""

logger = logging.getLogger(__name__)


class Readiness:
    """The checks, and their last result."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._checks: dict[str, Check] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="rxapp-readiness")
        self._check_lock = asyncio.Lock()
        self._checked_at = float("-inf")
        self._not_ready: list[str] = []

    def add_check(self, name: str, check: Check) -> None:
        """Add a check. Anybody can read its name in the answer, so use a plain word that reveals nothing."""
        self._checks[name] = check

    async def not_ready(self) -> list[str]:
        """The names of the checks that fail. Callers that come while the checks run wait for the same answer."""
        async with self._check_lock:
            if self._clock() - self._checked_at >= CACHE_SECONDS:
                passed = await asyncio.gather(*(self._passes(name, check) for name, check in self._checks.items()))
                self._note([name for name, has_passed in zip(self._checks, passed, strict=True) if not has_passed])
        return self._not_ready

    async def _passes(self, name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, check)
        except Exception as error:  # noqa: BLE001  any error means "not ready"
            logger.debug("%s is not ready: %s", name, type(error).__name__)
            return False
        return True

    def _note(self, not_ready: list[str]) -> None:
        if not_ready and not_ready != self._not_ready:
            logger.error("not ready: %s", ", ".join(not_ready))
        elif self._not_ready and not not_ready:
            logger.info("ready again")
        self._not_ready, self._checked_at = not_ready, self._clock()


readiness = Readiness()
"""The readiness of this process."""

add_readiness_check = readiness.add_check
"""For the app's own checks."""


def add_own_checks(settings: Settings) -> None:
    """Add the checks of `rxapp.auth` itself: the database, and Redis if it is configured."""
    readiness.add_check("database", _database_answers)
    if settings.redis_url:
        client = redis.Redis.from_url(settings.redis_url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
        readiness.add_check("redis", client.ping)


def _database_answers() -> None:
    with get_service().database.connect() as db:
        db.execute(text("SELECT 1"))
