"""The keys that a process signs and verifies with: the current one, those kept for older tokens, and upcoming ones.

A process finds new keys by itself. It reloads the keys from the database if its last load is older than `RELOAD_INTERVAL`:
before it signs, and when no loaded key fits a token. A new key is not used before `PROPAGATION_DELAY` has passed. So a process
that loaded within the interval knows every key in use, and a flood of forged tokens causes no further loads.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rxapp.auth.core.clock import CLOCK_SKEW_LEEWAY, Clock
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import AccessKey, derive_access_keys

RELOAD_INTERVAL = timedelta(seconds=30)

PUBLIC_KEYS_MAX_AGE = timedelta(minutes=1)
"""How long other services may cache our public keys."""

PROPAGATION_DELAY = RELOAD_INTERVAL + PUBLIC_KEYS_MAX_AGE + CLOCK_SKEW_LEEWAY
"""From storing a key to its first use. By then every process, and every service that verifies by itself, has loaded it."""

BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RingKey:
    """Keys that sign from `active_from` until `retired_at` (both UTC). They verify for as long as they are in the ring."""

    keys: Keys
    active_from: datetime = BEGINNING_OF_TIME
    retired_at: datetime | None = None

    def signs_at(self, moment: datetime) -> bool:
        """Whether these keys may sign at that time. If several may, the newest does."""
        return self.active_from <= moment and (self.retired_at is None or moment < self.retired_at)


def newest_first(ring: Iterable[RingKey]) -> list[RingKey]:
    """The ring sorted by `active_from`, the latest first."""
    return sorted(ring, key=lambda key: key.active_from, reverse=True)


def signing_key_at(ring: Iterable[RingKey], moment: datetime) -> RingKey | None:
    """The key that signs at that time. `ring` has the newest key first."""
    for key in ring:
        if key.signs_at(moment):
            return key
    return None


@dataclass(frozen=True, slots=True)
class Signer:
    """Keys, with their access key for each algorithm."""

    keys: Keys
    access_keys: dict[str, AccessKey] = field(repr=False)


class _LoadedKeys:
    """The result of one load, ready for use. Keys that were loaded `before` are not derived again."""

    def __init__(self, ring: Sequence[RingKey], loaded_at: datetime, before: "_LoadedKeys | None") -> None:
        ready: dict[Keys, Signer] = before.signers if before else {}
        self.loaded_at = loaded_at
        self.ring = newest_first(ring)
        self.signers: dict[Keys, Signer] = {
            key.keys: ready.get(key.keys) or Signer(key.keys, derive_access_keys(key.keys)) for key in self.ring
        }
        access_keys = [key for signer in self.signers.values() for key in signer.access_keys.values()]
        self.by_header = {key.header: key for key in access_keys}
        self.by_kid: dict[str | None, AccessKey] = {key.kid: key for key in access_keys}
        self.public_jwks = [key.public_jwk for key in access_keys if key.public_jwk]

    def signer(self, moment: datetime) -> Signer | None:
        key = signing_key_at(self.ring, moment)
        return self.signers[key.keys] if key else None


class KeyRing:
    """Threads share one instance. `load` returns the keys for a time; one of them always signs at that time."""

    def __init__(self, load: Callable[[datetime], Sequence[RingKey]], clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._loaded: _LoadedKeys | None = None
        self._load_lock = threading.Lock()

    def signer(self) -> Signer:
        """The keys that sign now."""
        known = self._fresh_keys()
        signer = known.signer(self._clock()) or self._reload(known).signer(self._clock())
        if signer is None:
            raise RuntimeError("no key signs now")
        return signer

    def find_by_header(self, header: str) -> AccessKey | None:
        """The loaded key whose tokens begin with `header`. It never reloads, because every request calls it."""
        return self._loaded_keys().by_header.get(header)

    def access_key(self, kid: str | None) -> AccessKey:
        """The key with that id. Raises `InvalidToken`."""
        key = self._loaded_keys().by_kid.get(kid) or self._fresh_keys().by_kid.get(kid)
        if key is None:
            raise InvalidToken
        return key

    def require_any(self, is_right: Callable[[Keys], bool]) -> None:
        """Raise `InvalidToken` unless `is_right` returns True for one of the keys. The newest are tried first."""
        known = self._loaded_keys()
        if any(is_right(key.keys) for key in known.ring):
            return
        newer = self._fresh_keys()
        if newer is known or not any(is_right(key.keys) for key in newer.ring):
            raise InvalidToken

    def public_jwks(self) -> list[dict[str, Any]]:
        """The public keys with which others verify access tokens, upcoming ones included."""
        return self._fresh_keys().public_jwks

    def _loaded_keys(self) -> _LoadedKeys:
        return self._loaded or self._fresh_keys()

    def is_fresh(self) -> bool:
        """Whether no reload is due. If the clock was set back, the age of the last load is unknown, and a reload is due."""
        return self._loaded is not None and timedelta(0) <= self._clock() - self._loaded.loaded_at < RELOAD_INTERVAL

    def _fresh_keys(self) -> _LoadedKeys:
        """The keys of a load that is at most `RELOAD_INTERVAL` old."""
        known = self._loaded
        return known if known is not None and self.is_fresh() else self._reload(known)

    def _reload(self, outdated: _LoadedKeys | None) -> _LoadedKeys:
        with self._load_lock:
            if self._loaded is outdated or self._loaded is None:
                now = self._clock()  # taken before the load, because the load may miss a key that is stored meanwhile
                self._loaded = _LoadedKeys(self._load(now), now, self._loaded)
            return self._loaded
