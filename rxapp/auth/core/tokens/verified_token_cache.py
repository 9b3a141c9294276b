"""The access tokens last seen: none is decoded twice, for the same one comes with every request for minutes."""

import threading

from cachetools import LRUCache

from rxapp.auth.core.keys.jwt_keys import AccessKey
from rxapp.auth.core.tokens.claims import AccessClaims

KEPT = 4_096
"""About 6 MB. One that was forgotten is decoded again when it comes."""


class VerifiedTokenCache:
    """Remembers what can never change of a token: that a key of ours has signed it, and what it says.

    Whether that key still counts, whether the token has expired and whether its session stands is for others to ask, each time.
    Only genuine tokens are kept, so strangers push nobody out. Threads share one.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[str, tuple[AccessKey, AccessClaims]] = LRUCache(KEPT)
        self._lock = threading.Lock()  # `cachetools` has none of its own

    def find(self, token: str, key: AccessKey) -> AccessClaims | None:
        """What the token says, if it is known that `key` has signed it."""
        with self._lock:
            signed_with, claims = self._kept.get(token) or (None, None)
        return claims if signed_with is key else None

    def keep(self, token: str, key: AccessKey, claims: AccessClaims) -> AccessClaims:
        """Remember that `key` has signed it."""
        with self._lock:
            self._kept[token] = (key, claims)
        return claims
