"""Derived keys: one secret key in, one key for each purpose out, so that no key ever serves two."""

import hashlib
import hmac
from dataclasses import dataclass, field

_HASH_BYTES = 32


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Derive 32 bytes from `secret` (HKDF, RFC 5869 §2.2 and §2.3, one block of output)."""
    pseudorandom_key = hmac.digest(salt or bytes(_HASH_BYTES), secret, hashlib.sha256)
    return hmac.digest(pseudorandom_key, info + b"\x01", hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the server signs with. `key_id` names the access key in a token's header without giving it away."""

    access_token_key: bytes = field(repr=False)
    refresh_token_secret: bytes = field(repr=False)
    password_link_key: bytes = field(repr=False)
    dpop_nonce_key: bytes = field(repr=False)
    key_id: str

    @classmethod
    def derive(cls, secret_key: str) -> "Keys":
        """Derive all keys from the configured secret key."""
        secret = secret_key.encode()
        return cls(
            access_token_key=hkdf_sha256(secret, salt=b"", info=b"rxapp access token"),
            refresh_token_secret=hkdf_sha256(secret, salt=b"", info=b"rxapp refresh token"),
            password_link_key=hkdf_sha256(secret, salt=b"", info=b"rxapp password link"),
            dpop_nonce_key=hkdf_sha256(secret, salt=b"", info=b"rxapp DPoP nonce"),
            key_id=hkdf_sha256(secret, salt=b"", info=b"rxapp key id")[:6].hex(),
        )
