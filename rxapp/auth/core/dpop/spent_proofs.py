"""Replay protection: which DPoP proofs and challenges were used already. Each is remembered until it would be too old anyway."""

import hashlib
import threading
from collections import OrderedDict
from datetime import timedelta
from typing import Protocol

import redis

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.dpop.proof import MAXIMUM_AGE, MAXIMUM_LEAD
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import ProvedKey

REMEMBERED_FOR = MAXIMUM_AGE + MAXIMUM_LEAD + timedelta(seconds=1)
"""A proof from a clock that runs ahead is accepted for this long."""

CAPACITY = 2**17
"""Proofs that one process remembers, about 20 MB: more than it can answer requests in `REMEMBERED_FOR`."""


class SpentProofsUnavailable(Exception):
    """Redis is unavailable, so nobody knows whether a proof was used. All proofs are refused meanwhile."""


class SpentProofs(Protocol):
    """Remembers used proofs. What was issued before `remembers_since`, in seconds since 1970, may have been used unseen."""

    remembers_since: float

    def spend(self, key: ProvedKey) -> None:
        """Mark this proof as used. Raises `InvalidDpopProof` if it was used before."""

    def spend_name(self, name: str) -> bool:
        """Mark what has this name as used. False if it was used before, or if there is no room to remember it."""
        ...


class SpentProofsInMemory:
    """For one process. When it is full, it refuses new proofs: a proof that is forgotten too early could be used again."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY, remembered_for: timedelta = REMEMBERED_FOR) -> None:
        self._clock = clock
        self._capacity = capacity
        self._remembered_for = remembered_for
        self.remembers_since = clock().timestamp() // 1
        self._forgotten_at: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, key: ProvedKey) -> None:
        """Mark this proof as used. Raises `InvalidDpopProof` if it was used before."""
        if not self.spend_name(_name_of(key)):
            raise InvalidDpopProof

    def spend_name(self, name: str) -> bool:
        """Mark what has this name as used. False if it was used before, or if there is no room to remember it."""
        digest, now = _digest(name), self._clock().timestamp()
        with self._lock:
            while self._forgotten_at and next(iter(self._forgotten_at.values())) <= now:
                self._forgotten_at.popitem(last=False)
            if digest in self._forgotten_at or len(self._forgotten_at) >= self._capacity:
                return False
            self._forgotten_at[digest] = now + self._remembered_for.total_seconds()
            return True


class SpentProofsInRedis:
    """For all processes that share a Redis. Redis removes old entries by itself."""

    remembers_since = 0.0

    def __init__(self, url: str, remembered_for: timedelta = REMEMBERED_FOR) -> None:
        self._remembered_for = remembered_for
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    def spend(self, key: ProvedKey) -> None:
        """Mark this proof as used. Raises `InvalidDpopProof`, or `SpentProofsUnavailable` while Redis is unavailable."""
        if not self.spend_name(_name_of(key)):
            raise InvalidDpopProof

    def spend_name(self, name: str) -> bool:
        """Mark what has this name as used. False if it was used before. Raises `SpentProofsUnavailable`."""
        seconds = int(self._remembered_for.total_seconds())
        try:
            return bool(self._redis.set(f"rxapp:dpop:{_digest(name).hex()}", b"", nx=True, ex=seconds))
        except redis.RedisError as error:
            raise SpentProofsUnavailable from error


def spent_proofs(redis_url: str | None, clock: Clock, remembered_for: timedelta = REMEMBERED_FOR) -> SpentProofs:
    """The store that all workers share: Redis if it is configured. Without Redis there is only one worker."""
    if redis_url:
        return SpentProofsInRedis(redis_url, remembered_for)
    return SpentProofsInMemory(clock, remembered_for=remembered_for)


def _name_of(key: ProvedKey) -> str:
    return f"{key.thumbprint} {key.proof_id}"


def _digest(name: str) -> bytes:
    # RFC 9449 §11.1: hashed, because the client chooses the length of `jti`.
    return hashlib.sha256(name.encode()).digest()[:16]
