"""Refresh tokens: `rxr1_` + base64url(session id ‖ generation ‖ MAC), computed and never stored.

The MAC's key is derived from the server's secret and the session's own salt. So neither the database alone nor the server key
alone is enough to make a token. A genuine spent token can be told from a forged one, although no token is stored. The successor
of a token can be computed again, so a retry gets the same answer. `core/sessions/refresh.py` calls this for each refresh.
"""

import base64
import binascii
import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from cachetools import LRUCache

from rxapp.auth.core.errors import InvalidToken
from rxapp.auth.core.keys.derivation import Keys, hkdf_sha256
from rxapp.auth.core.keys.key_ring import KeyRing

PREFIX = "rxr1_"
"""Names the format. Secret scanners find a leaked token by it."""

_SESSION_ID_BYTES = 16
_GENERATION_BYTES = 4
_MAC_BYTES = 32
_TOKEN_BYTES = _SESSION_ID_BYTES + _GENERATION_BYTES + _MAC_BYTES
_ENCODED_LENGTH = (_TOKEN_BYTES * 8 + 5) // 6

SESSIONS_KEPT = 32_768
"""Sessions whose salt and derived key are kept in memory, so that each key is derived once. So many take 16 MB."""

MAXIMUM_GENERATION = 2 ** (8 * _GENERATION_BYTES) - 1


@dataclass(frozen=True, slots=True)
class PresentedRefreshToken:
    """The parts of a refresh token, with the session and generation that it claims. `RefreshTokens.verify` proves the claim."""

    session_id: UUID
    generation: int
    mac: bytes = field(repr=False)

    @classmethod
    def parse(cls, token: str) -> "PresentedRefreshToken":
        """Split a token into its parts, or raise `InvalidToken`. Each token has exactly one spelling."""
        if not isinstance(token, str) or not token.startswith(PREFIX):
            raise InvalidToken
        encoded = token.removeprefix(PREFIX)
        if len(encoded) != _ENCODED_LENGTH:
            raise InvalidToken
        try:
            raw = base64.urlsafe_b64decode(encoded + "=" * (-_ENCODED_LENGTH % 4))
        except (binascii.Error, ValueError) as error:
            raise InvalidToken from error
        if _encode(raw) != token:
            raise InvalidToken
        return cls(
            session_id=UUID(bytes=raw[:_SESSION_ID_BYTES]),
            generation=int.from_bytes(raw[_SESSION_ID_BYTES:-_MAC_BYTES], "big"),
            mac=raw[-_MAC_BYTES:],
        )


class RefreshTokens:
    """Issues and verifies refresh tokens of a session, given the session's salt. Threads share one instance."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring = key_ring
        # Keyed by the integer of the UUID: C code hashes it. A UUID itself is hashed in Python, at each step of the cache.
        self._salts: LRUCache[int, bytes] = LRUCache(SESSIONS_KEPT)
        self._lock = threading.Lock()  # `cachetools` has none of its own

    def known_salt(self, session_id: UUID) -> bytes | None:
        """The session's salt, if a token of the session was issued here lately. A salt never changes."""
        with self._lock:
            return self._salts.get(session_id.int)

    def issue(self, session_id: UUID, generation: int, salt: bytes) -> str:
        """The refresh token of that generation. The same arguments give the same token, as long as the same key signs."""
        with self._lock:
            self._salts[session_id.int] = salt
        body = session_id.bytes + generation.to_bytes(_GENERATION_BYTES, "big")
        return _encode(body + _mac(self._key_ring.signer().keys, body, salt))

    def verify(self, presented: PresentedRefreshToken, salt: bytes) -> None:
        """Raise `InvalidToken` unless this server issued the token. Compares in constant time."""
        body = presented.session_id.bytes + presented.generation.to_bytes(_GENERATION_BYTES, "big")
        self._key_ring.require_any(lambda keys: hmac.compare_digest(presented.mac, _mac(keys, body, salt)))


def first_part_of(session_id: UUID) -> str:
    """The first part of all refresh tokens of a session, except for its last character. It proves nothing."""
    return _encode(session_id.bytes)


def _mac(keys: Keys, body: bytes, salt: bytes) -> bytes:
    return hmac.digest(_session_key(keys.refresh_token_secret, salt), body, hashlib.sha256)


@lru_cache(SESSIONS_KEPT)
def _session_key(secret: bytes, salt: bytes) -> bytes:
    return hkdf_sha256(secret, salt=salt, info=b"rxapp refresh token mac")


def _encode(raw: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")
