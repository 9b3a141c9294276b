"""Encryption of stored secrets under the secret key: neither a database dump nor the secret key alone is enough to use them."""

import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rxapp.auth.core.keys.derivation import hkdf_sha256

SIGNING_KEYS, ONE_TIME_CODES = b"rxapp key wrapping", b"rxapp one-time code secrets"
RECOVERY_CODES = b"rxapp recovery codes"
"""The purposes. Each has a key of its own."""

_NONCE_BYTES = 12
"""NIST SP 800-38D §8.2: random nonces of 96 bits are safe for 2^32 messages under a key. We encrypt one per row."""


def wrap(secret: bytes, name: str, secret_key: str, purpose: bytes = SIGNING_KEYS) -> bytes:
    """Encrypt with AES-256-GCM: nonce ‖ ciphertext ‖ tag. The row's `name` is authenticated: rows cannot swap their secrets."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret_key, purpose).encrypt(nonce, secret, name.encode())


def unwrap(wrapped: bytes, name: str, secret_keys: Iterable[str], purpose: bytes = SIGNING_KEYS) -> bytes | None:
    """Decrypt with the first of `secret_keys` that fits; None if none fits."""
    nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    for secret_key in secret_keys:
        try:
            return _cipher(secret_key, purpose).decrypt(nonce, ciphertext, name.encode())
        except (InvalidTag, ValueError):
            continue
    return None


def _cipher(secret_key: str, purpose: bytes) -> AESGCM:
    return AESGCM(hkdf_sha256(secret_key.encode(), salt=b"", info=purpose))
