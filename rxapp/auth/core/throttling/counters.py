"""Counts events in moving windows: in this process, or in Redis for all workers together.

The `limits` library counts. Only the memory storage is our own. The library's storage reads the machine's time, which no test can
move. At each hit its own thread visits all keys. And it has no bound: strangers with new keys could fill the memory.
"""

import logging
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cachetools import TLRUCache
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from rxapp.auth.core.clock import Clock

MAXIMUM_KEYS = 50_000
"""For each window length; about 20 MB. If there are more, the least recently counted keys are dropped."""

REDIS_TIMEOUT_SECONDS = 0.25
"""A person waits for this answer. Within a data centre, Redis answers in less than a millisecond."""

REDIS_PAUSE = timedelta(seconds=5)
"""After a failure, Redis is not asked for this long: a timeout at each login would be a second outage."""

logger = logging.getLogger(__name__)

T = TypeVar("T")


class ClockedMemoryStorage(MemoryStorage):
    """A memory storage for the moving windows of `limits`, with a given clock and a bound."""

    STORAGE_SCHEME = ["rxapp-memory"]

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: defaultdict[int, OrderedDict[str, list[float]]] = defaultdict(OrderedDict)
        self._tallies: TLRUCache[str, tuple[float, int]] = TLRUCache(
            MAXIMUM_KEYS, ttu=lambda _key, tally, _now: tally[0], timer=lambda: clock().timestamp()
        )

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` more, unless the last `expiry` seconds then have more than `limit`. Returns whether it was counted."""
        with self._lock:
            window, now = self._windows[expiry], self._clock().timestamp()
            moments = _newer_than(now - expiry, window.get(key, []))
            if len(moments) + amount > limit:
                return False
            window[key] = [*moments, *[now] * amount]
            window.move_to_end(key)
            while len(window) > MAXIMUM_KEYS or next(iter(window.values()))[-1] <= now - expiry:
                window.popitem(last=False)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """The time of the oldest entry in the window, in seconds since the epoch, and the number of entries."""
        with self._lock:
            now = self._clock().timestamp()
            moments = _newer_than(now - expiry, self._windows[expiry].get(key, []))
        return (moments[0], len(moments)) if moments else (now, 0)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more. The count starts again `expiry` seconds after its first entry. Returns the count."""
        with self._lock:
            ends_at, counted = self._tallies.get(key) or (self._clock().timestamp() + expiry, 0)
            self._tallies[key] = (ends_at, counted + amount)
            return counted + amount

    def clear(self, key: str) -> None:
        """Drop all counts of the key."""
        with self._lock:
            self._tallies.pop(key, None)
            for window in self._windows.values():
                window.pop(key, None)


class Counters:
    """Threads share one instance. While Redis is unavailable, each worker counts for itself, and nobody is refused for that."""

    def __init__(self, clock: Clock, redis_url: str | None = None) -> None:
        self._clock = clock
        self._local = MovingWindowRateLimiter(ClockedMemoryStorage(clock))
        self._shared = MovingWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._shared_from = datetime.min.replace(tzinfo=clock().tzinfo)

    def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count one more. If the limit is used up, count nothing and return False."""
        return self._ask(lambda limiter: limiter.hit(item, *key))

    def tally(self, period: timedelta, *key: str) -> int:
        """Count one more, without a limit. Returns the count of this `period`, which begins with its first entry."""
        name, seconds = "/".join(key), int(period.total_seconds())
        return self._ask(lambda limiter: limiter.storage.incr(name, seconds))

    def is_used_up(self, item: RateLimitItem, *key: str) -> bool:
        """Whether a hit would be refused now."""
        return not self._ask(lambda limiter: limiter.test(item, *key))

    def count(self, item: RateLimitItem, *key: str) -> int:
        """How many were counted within the window."""
        return item.amount - self._ask(lambda limiter: limiter.get_window_stats(item, *key)).remaining

    def wait(self, item: RateLimitItem, *key: str) -> timedelta:
        """How long until the oldest entry leaves the window."""
        stats = self._ask(lambda limiter: limiter.get_window_stats(item, *key))
        return timedelta(seconds=stats.reset_time - self._clock().timestamp())

    def clear(self, item: RateLimitItem, *key: str) -> None:
        """Drop all counts of the key."""
        self._ask(lambda limiter: limiter.clear(item, *key))

    def _ask(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        if self._shared is not None and self._clock() >= self._shared_from:
            try:
                return question(self._shared)
            except StorageError as error:
                self._shared_from = self._clock() + REDIS_PAUSE
                logger.warning("Redis did not answer, each worker counts for itself: %s", error)
        return question(self._local)


def _redis(url: str) -> RedisStorage:
    once: Any = Retry(NoBackoff(), 0)  # passed on to redis as it is
    return RedisStorage(
        url,
        key_prefix="rxapp:throttle",
        wrap_exceptions=True,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=once,
    )


def _newer_than(start: float, moments: list[float]) -> list[float]:
    return [moment for moment in moments if moment > start]
