"""Weak Ed25519 public keys: points of small order, and encodings that are not canonical (RFC 8032 §5.1.3).

With a point of small order, anybody can write a signature that is valid for every message, or for every eighth. OpenSSL accepts
such points (RFC 8032 allows it), so we refuse them here.
"""

_FIELD = 2**255 - 19
_SIGN = 1 << 255
"""The highest bit is the sign of x. It is ignored, because a point and its negative have the same order."""

_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826

_YS_OF_SMALL_ORDER = frozenset({1, _FIELD - 1, 0, _Y_OF_ORDER_8, _FIELD - _Y_OF_ORDER_8})
"""The y coordinates of all eight points whose order divides 8 (orders 1, 2, 4 and 8)."""


def is_weak(public_key: bytes) -> bool:
    """Whether these 32 bytes (little-endian, RFC 8032 §5.1.2) are not acceptable as a key."""
    y = int.from_bytes(public_key, "little") & ~_SIGN
    return y >= _FIELD or y in _YS_OF_SMALL_ORDER
