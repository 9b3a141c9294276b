"""The access tokens last seen: none is decoded twice, for the same one comes with every request for minutes."""

import threading
from collections import OrderedDict

from rxapp.auth.access_claims import AccessClaims
from rxapp.auth.access_keys import AccessKey

KEPT = 4_096
"""About 6 MB. Beyond, those not seen for the longest time are forgotten, and decoded again when they come."""


class GenuineTokens:
    """Remembers what can never change of a token: that a key of ours has signed it, and what it says.

    Whether that key still counts, whether the token has expired and whether its session stands is for others to ask, each time.
    Only genuine tokens are kept, so strangers push nobody out. Threads share one.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[AccessKey, AccessClaims]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, token: str, key: AccessKey) -> AccessClaims | None:
        """What the token says, if it is known that `key` has signed it."""
        with self._lock:
            signed_with, claims = self._kept.get(token, (None, None))
            if signed_with is not key:
                return None
            self._kept.move_to_end(token)
            return claims

    def keep(self, token: str, key: AccessKey, claims: AccessClaims) -> AccessClaims:
        """Remember that `key` has signed it."""
        with self._lock:
            self._kept[token] = (key, claims)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return claims
