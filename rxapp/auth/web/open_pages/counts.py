"""How many pages of a session are open on all workers together. With Redis, each worker announces its own pages there.

An announcement counts for a minute and is repeated three times within it, so that the pages of a killed worker do not count for
longer. Without Redis there is only one worker, and it knows all pages.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from rxapp.auth.web.open_pages.registry import count_open_pages, open_pages
from rxapp.auth.web.reflex_internals.app import get_redis

INTERVAL_SECONDS = 0.3
COUNTS_FOR_SECONDS = 60
REPEATED_AFTER_SECONDS = 20

logger = logging.getLogger(__name__)

Page = tuple[UUID, str]
"""A session, and the client token of a page that shows it."""


class PageAnnouncements:
    """This worker's pages in Redis: for each session a sorted set of pages, scored by the time until which each counts."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._worker = secrets.token_hex(4)
        self._announced: set[Page] = set()
        self._repeat_at = 0.0

    async def announce(self) -> None:
        """Announce what has changed since the last time, and every `REPEATED_AFTER_SECONDS` all pages again."""
        pages, now = open_pages(), time.time()
        is_due = now >= self._repeat_at
        gone, to_say = self._announced - pages, pages if is_due else pages - self._announced
        if gone or to_say:
            await self._tell(gone, to_say, now)
        self._announced = pages
        if is_due:
            self._repeat_at = now + REPEATED_AFTER_SECONDS

    async def _tell(self, gone: Iterable[Page], there: Iterable[Page], now: float) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for session_id, client_token in gone:
            pipeline.zrem(_key(session_id), self._member(client_token))
        for session_id, client_token in there:
            pipeline.zadd(_key(session_id), {self._member(client_token): now + COUNTS_FOR_SECONDS})
            pipeline.expire(_key(session_id), COUNTS_FOR_SECONDS)
        await pipeline.execute()

    async def count_elsewhere(self, session_ids: Iterable[UUID]) -> list[int]:
        """How many pages the other workers have open, for each session."""
        pipeline = self._redis.pipeline(transaction=False)
        for session_id in session_ids:
            pipeline.zrangebyscore(_key(session_id), time.time(), "+inf")
        own = f"{self._worker}:".encode()
        return [sum(not page.startswith(own) for page in pages) for pages in await pipeline.execute()]

    def _member(self, client_token: str) -> str:
        return f"{self._worker}:{client_token}"


def _key(session_id: UUID) -> str:
    return f"rxapp_open_pages_{session_id}"


_announcements: PageAnnouncements | None = None


async def count_pages_everywhere(session_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many pages of each session are open now. While Redis is away, only the pages of this worker count."""
    wanted = list(session_ids)
    counts = {session_id: count_open_pages(session_id) for session_id in wanted}
    if _announcements is not None and wanted:
        with contextlib.suppress(RedisError):
            for session_id, elsewhere in zip(wanted, await _announcements.count_elsewhere(wanted), strict=True):
                counts[session_id] += elsewhere
    return counts


@contextlib.asynccontextmanager
async def announce_pages() -> AsyncIterator[None]:
    """A lifespan task: with Redis, announce this worker's open pages while the app runs."""
    global _announcements
    redis = get_redis()
    if redis is None:
        yield
        return
    _announcements = PageAnnouncements(redis)
    task = asyncio.create_task(_keep_announcing(_announcements))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    _announcements = None
    await redis.aclose()


async def _keep_announcing(announcements: PageAnnouncements) -> None:
    while True:
        try:
            await announcements.announce()
        except RedisError as error:  # the pages are still open when Redis is back
            logger.warning("open pages could not be announced: %s", type(error).__name__)
        await asyncio.sleep(INTERVAL_SECONDS)
