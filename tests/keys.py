"""A key ring without a database, for what is only given one."""

from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import KeyRing, RingKey
from tests.clock import MovableClock


def ring_of(*secrets: str) -> KeyRing:
    """Of these secrets; the first one signs."""
    clock = MovableClock()
    signing, *kept = map(Keys.derive, secrets)
    ring = [RingKey(signing), *(RingKey(keys, retired_at=clock()) for keys in kept)]
    return KeyRing(lambda _moment: ring, clock)
