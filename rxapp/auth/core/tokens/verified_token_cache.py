"""The access tokens that were last seen. For minutes every request brings the same token, so it is decoded only once."""

import threading

from cachetools import LRUCache

from rxapp.auth.core.keys.jwt_keys import AccessKey
from rxapp.auth.core.tokens.claims import AccessClaims

KEPT = 4_096
"""About 6 MB. A token that has left the cache is decoded again when it comes."""


class VerifiedTokenCache:
    """Remembers what never changes about a token: which of our keys has signed it, and its claims.

    The callers check each time whether that key still counts, whether the token has expired, and whether its session is active.
    Only genuine tokens are kept, so strangers cannot push others out. Threads share one instance.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[str, tuple[AccessKey, AccessClaims]] = LRUCache(KEPT)
        self._lock = threading.Lock()  # `cachetools` has none of its own

    def find(self, token: str, key: AccessKey) -> AccessClaims | None:
        """The claims of the token, if it is known that `key` has signed it."""
        with self._lock:
            signed_with, claims = self._kept.get(token) or (None, None)
        return claims if signed_with is key else None

    def keep(self, token: str, key: AccessKey, claims: AccessClaims) -> AccessClaims:
        """Remember that `key` has signed the token."""
        with self._lock:
            self._kept[token] = (key, claims)
        return claims
