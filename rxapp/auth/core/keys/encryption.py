"""Encryption of stored keys under the secret key: neither a database dump nor the secret key alone is enough to sign."""

import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rxapp.auth.core.keys.derivation import hkdf_sha256

_NONCE_BYTES = 12
"""NIST SP 800-38D §8.2: random nonces of 96 bits are safe for 2^32 messages under a key. We encrypt one per key rotation."""


def wrap(secret: bytes, kid: str, secret_key: str) -> bytes:
    """Encrypt with AES-256-GCM: nonce ‖ ciphertext ‖ tag. The `kid` is authenticated, so that rows cannot swap their secrets."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret_key).encrypt(nonce, secret, kid.encode())


def unwrap(wrapped: bytes, kid: str, secret_keys: Iterable[str]) -> bytes | None:
    """Decrypt with the first of `secret_keys` that fits; None if none fits."""
    nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    for secret_key in secret_keys:
        try:
            return _cipher(secret_key).decrypt(nonce, ciphertext, kid.encode())
        except (InvalidTag, ValueError):
            continue
    return None


def _cipher(secret_key: str) -> AESGCM:
    return AESGCM(hkdf_sha256(secret_key.encode(), salt=b"", info=b"rxapp key wrapping"))
