"""Stored keys are encrypted under the secret key: neither a dump of the database nor the secret key alone can sign anything."""

import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rxapp.auth.core.keys.derivation import hkdf_sha256

_NONCE_BYTES = 12
"""NIST SP 800-38D §8.2: random nonces of 96 bits are good for 2^32 messages under one key; there is one for each key rotation."""


def wrap(secret: bytes, kid: str, secret_key: str) -> bytes:
    """Encrypt (AES-256-GCM): nonce ‖ ciphertext ‖ tag. The `kid` is authenticated, so that rows cannot trade secrets."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret_key).encrypt(nonce, secret, kid.encode())


def unwrap(wrapped: bytes, kid: str, secret_keys: Iterable[str]) -> bytes | None:
    """Decrypt under whichever of `secret_keys` it was encrypted; None if under none of them."""
    nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    for secret_key in secret_keys:
        try:
            return _cipher(secret_key).decrypt(nonce, ciphertext, kid.encode())
        except (InvalidTag, ValueError):
            continue
    return None


def _cipher(secret_key: str) -> AESGCM:
    return AESGCM(hkdf_sha256(secret_key.encode(), salt=b"", info=b"rxapp key wrapping"))
