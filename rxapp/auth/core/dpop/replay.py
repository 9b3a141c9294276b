"""Which DPoP proofs were used already: each is good once. Nothing is remembered for longer than a proof is timely."""

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
"""A proof made by a clock that runs ahead stays timely for this long."""

CAPACITY = 2**17
"""Proofs remembered by one process, about 20 MB: more than it can answer in `REMEMBERED_FOR`."""


class SpentProofsUnavailable(Exception):
    """Nobody can say now whether a proof was used, so none is admitted."""


class SpentProofs(Protocol):
    """Remembers proofs."""

    def spend(self, key: ProvedKey) -> None:
        """Note that this proof is used now, or raise `InvalidDpopProof` if it was before."""


class SpentProofsInMemory:
    """For one process. When full it refuses: to forget one too early would let it be used again."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._forgotten_at: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, key: ProvedKey) -> None:
        """Note that this proof is used now, or raise `InvalidDpopProof` if it was before."""
        name, now = _name(key), self._clock().timestamp()
        with self._lock:
            while self._forgotten_at and next(iter(self._forgotten_at.values())) <= now:
                self._forgotten_at.popitem(last=False)
            if name in self._forgotten_at or len(self._forgotten_at) >= self._capacity:
                raise InvalidDpopProof
            self._forgotten_at[name] = now + REMEMBERED_FOR.total_seconds()


class SpentProofsInRedis:
    """For all processes that share a Redis, which forgets by itself."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    def spend(self, key: ProvedKey) -> None:
        """As ever; raises `SpentProofsUnavailable` while Redis is away."""
        seconds = int(REMEMBERED_FOR.total_seconds())
        try:
            is_new = self._redis.set(f"rxapp:dpop:{_name(key).hex()}", b"", nx=True, ex=seconds)
        except redis.RedisError as error:
            raise SpentProofsUnavailable from error
        if not is_new:
            raise InvalidDpopProof


def spent_proofs(redis_url: str | None, clock: Clock) -> SpentProofs:
    """The memory that all workers have in common: Redis if there is one, and else there is one worker."""
    return SpentProofsInRedis(redis_url) if redis_url else SpentProofsInMemory(clock)


def _name(key: ProvedKey) -> bytes:
    # RFC 9449 §11.1: hashed, so that the length of what a client chooses does not matter.
    return hashlib.sha256(f"{key.thumbprint} {key.proof_id}".encode()).digest()[:16]
