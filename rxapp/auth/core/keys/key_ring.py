"""The keys that a process signs and verifies with: the current one, those kept for older tokens, and those about to be used.

A process notices a new key by itself. Before it signs, and when it is shown what no key that it knows has signed, it looks at the
database again if its last look is longer ago than `RELOAD_INTERVAL`. A new key is not used before `PROPAGATION_DELAY` has passed.
So whoever has looked within the interval knows every key in use, and need not look again however many forged tokens come in.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rxapp.auth.core.clock import CLOCK_SKEW_LEEWAY, Clock
from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import AccessKey, access_keys_of

RELOAD_INTERVAL = timedelta(seconds=30)

PUBLIC_KEYS_MAX_AGE = timedelta(minutes=1)
"""How long other services may keep our public keys before they ask again."""

PROPAGATION_DELAY = RELOAD_INTERVAL + PUBLIC_KEYS_MAX_AGE + CLOCK_SKEW_LEEWAY
"""From storing a key to its first use: until then each process, and each service that verifies by itself, has seen it."""

ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RingKey:
    """Keys, and when they sign: from `active_from` until `retired_at` (both UTC). They verify for as long as they are there."""

    keys: Keys
    active_from: datetime = ALWAYS
    retired_at: datetime | None = None

    def signs_at(self, moment: datetime) -> bool:
        """Whether tokens are issued with these keys at that moment, if no newer ones are."""
        return self.active_from <= moment and (self.retired_at is None or moment < self.retired_at)


def newest_first(ring: Iterable[RingKey]) -> list[RingKey]:
    """In the order of `active_from`, the last one first."""
    return sorted(ring, key=lambda key: key.active_from, reverse=True)


def signing_at(ring: Iterable[RingKey], moment: datetime) -> RingKey | None:
    """The key of a ring, the newest first, with which tokens are issued at that moment."""
    for key in ring:
        if key.signs_at(moment):
            return key
    return None


@dataclass(frozen=True, slots=True)
class Signer:
    """Keys with the access key for each algorithm."""

    keys: Keys
    access_keys: dict[str, AccessKey] = field(repr=False)


class _Known:
    """What one look at the database gave, ready for use. What was known `before` is not prepared again."""

    def __init__(self, ring: Sequence[RingKey], loaded_at: datetime, before: "_Known | None") -> None:
        ready: dict[Keys, Signer] = before.signers if before else {}
        self.loaded_at = loaded_at
        self.ring = newest_first(ring)
        self.signers: dict[Keys, Signer] = {
            key.keys: ready.get(key.keys) or Signer(key.keys, access_keys_of(key.keys)) for key in self.ring
        }
        access_keys = [key for signer in self.signers.values() for key in signer.access_keys.values()]
        self.by_header = {key.header: key for key in access_keys}
        self.by_kid: dict[str | None, AccessKey] = {key.kid: key for key in access_keys}
        self.public_jwks = [key.public_jwk for key in access_keys if key.public_jwk]

    def signer(self, moment: datetime) -> Signer | None:
        key = signing_at(self.ring, moment)
        return self.signers[key.keys] if key else None


class KeyRing:
    """Threads share one. `load` gives the keys that may be used at a moment, and always one that signs then."""

    def __init__(self, load: Callable[[datetime], Sequence[RingKey]], clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._known: _Known | None = None
        self._turn_to_load = threading.Lock()

    def signer(self) -> Signer:
        """What to issue with now."""
        known = self._fresh()
        signer = known.signer(self._clock()) or self._reload(known).signer(self._clock())
        if signer is None:
            raise RuntimeError("no key signs now")
        return signer

    def find_by_header(self, header: str) -> AccessKey | None:
        """The key whose tokens begin with `header`, if it is known; no more than that, for it is on every request's way."""
        return self._any().by_header.get(header)

    def access_key(self, kid: str | None) -> AccessKey:
        """The key of that id. Raises `InvalidToken`."""
        key = self._any().by_kid.get(kid) or self._fresh().by_kid.get(kid)
        if key is None:
            raise InvalidToken
        return key

    def require_any(self, is_right: Callable[[Keys], bool]) -> None:
        """Raise `InvalidToken` unless `is_right` of the keys, whichever they are. The newest are tried first."""
        known = self._any()
        if any(is_right(key.keys) for key in known.ring):
            return
        newer = self._fresh()
        if newer is known or not any(is_right(key.keys) for key in newer.ring):
            raise InvalidToken

    def public_jwks(self) -> list[dict[str, Any]]:
        """What others verify access tokens with, the keys that are not used yet included."""
        return self._fresh().public_jwks

    def _any(self) -> _Known:
        return self._known or self._fresh()

    def is_fresh(self) -> bool:
        """Whether nothing has to be read from the database now. If the clock was set back the age is unknown, and it has."""
        return self._known is not None and timedelta(0) <= self._clock() - self._known.loaded_at < RELOAD_INTERVAL

    def _fresh(self) -> _Known:
        """What is known, at most `RELOAD_INTERVAL` old."""
        known = self._known
        return known if known is not None and self.is_fresh() else self._reload(known)

    def _reload(self, outdated: _Known | None) -> _Known:
        with self._turn_to_load:
            if self._known is outdated or self._known is None:
                now = self._clock()  # before the look: what is stored meanwhile may be missed
                self._known = _Known(self._load(now), now, self._known)
            return self._known
