"""Counts what happened in the last while: in this process, or in Redis for all workers together.

The counting is the `limits` library's. Only its memory storage is another one: the library's reads the machine's time, which no
test can move, walks over all keys in a thread of its own at each hit, and grows for as long as strangers come with new keys.
"""

import logging
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from rxapp.auth.core.clock import Clock

MAXIMUM_KEYS = 50_000
"""For each length of window. Beyond, those not counted for the longest time are forgotten: about 20 MB."""

REDIS_TIMEOUT_SECONDS = 0.25
"""Within a data centre Redis answers in less than a millisecond; a person waits for this answer."""

REDIS_PAUSE = timedelta(seconds=5)
"""After Redis has failed it is left alone for so long: a timeout at each login would be a second outage."""

logger = logging.getLogger(__name__)

T = TypeVar("T")


class ClockedMemoryStorage(MemoryStorage):
    """The moving windows of `limits` in this process's memory, by a given clock and with a bound."""

    STORAGE_SCHEME = ["rxapp-memory"]

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: defaultdict[int, OrderedDict[str, list[float]]] = defaultdict(OrderedDict)
        self._tallies: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` more in the last `expiry` seconds, unless that makes more than `limit`."""
        with self._lock:
            window, now = self._windows[expiry], self._clock().timestamp()
            moments = _since(now - expiry, window.get(key, []))
            if len(moments) + amount > limit:
                return False
            window[key] = [*moments, *[now] * amount]
            window.move_to_end(key)
            while len(window) > MAXIMUM_KEYS or next(iter(window.values()))[-1] <= now - expiry:
                window.popitem(last=False)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest that counts happened, in seconds since the epoch, and how many do."""
        with self._lock:
            now = self._clock().timestamp()
            moments = _since(now - expiry, self._windows[expiry].get(key, []))
        return (moments[0], len(moments)) if moments else (now, 0)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more, from nothing once `expiry` seconds have gone by since the first; how many that makes."""
        with self._lock:
            now = self._clock().timestamp()
            ends_at, counted = self._tallies.get(key, (now + expiry, 0))
            if ends_at <= now:
                ends_at, counted = now + expiry, 0
            self._tallies[key] = (ends_at, counted + amount)
            self._tallies.move_to_end(key)
            while len(self._tallies) > MAXIMUM_KEYS:
                self._tallies.popitem(last=False)
            return counted + amount

    def clear(self, key: str) -> None:
        """Forget the key."""
        with self._lock:
            self._tallies.pop(key, None)
            for window in self._windows.values():
                window.pop(key, None)


class Counters:
    """Threads share one instance. While Redis is away each worker counts for itself, so nothing is refused on that account."""

    def __init__(self, clock: Clock, redis_url: str | None = None) -> None:
        self._clock = clock
        self._own = MovingWindowRateLimiter(ClockedMemoryStorage(clock))
        self._shared = MovingWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._shared_from = datetime.min.replace(tzinfo=clock().tzinfo)

    def hit(self, item: RateLimitItem, *key: str) -> bool:
        """Count one more. False, and nothing is counted, if the limit is used up."""
        return self._ask(lambda limiter: limiter.hit(item, *key))

    def tally(self, period: timedelta, *key: str) -> int:
        """Count one more, whatever the limit; how many that makes in this `period`, which begins with the first."""
        name, seconds = "/".join(key), int(period.total_seconds())
        return self._ask(lambda limiter: limiter.storage.incr(name, seconds))

    def is_used_up(self, item: RateLimitItem, *key: str) -> bool:
        """Whether a hit would be refused now."""
        return not self._ask(lambda limiter: limiter.test(item, *key))

    def count(self, item: RateLimitItem, *key: str) -> int:
        """How many were counted within the window."""
        return item.amount - self._ask(lambda limiter: limiter.get_window_stats(item, *key)).remaining

    def wait(self, item: RateLimitItem, *key: str) -> timedelta:
        """How long until the oldest that was counted leaves the window."""
        stats = self._ask(lambda limiter: limiter.get_window_stats(item, *key))
        return timedelta(seconds=stats.reset_time - self._clock().timestamp())

    def clear(self, item: RateLimitItem, *key: str) -> None:
        """Forget all that was counted."""
        self._ask(lambda limiter: limiter.clear(item, *key))

    def _ask(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        if self._shared is not None and self._clock() >= self._shared_from:
            try:
                return question(self._shared)
            except StorageError as error:
                self._shared_from = self._clock() + REDIS_PAUSE
                logger.warning("Redis did not answer, each worker counts for itself: %s", error)
        return question(self._own)


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


def _since(start: float, moments: list[float]) -> list[float]:
    return [moment for moment in moments if moment > start]
