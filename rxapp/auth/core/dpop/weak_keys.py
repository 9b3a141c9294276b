"""Ed25519 public keys that prove nothing: points of small order, and spellings that are not canonical (RFC 8032 §5.1.3).

For a point of small order one signature is good for every message, or for every eighth, and anybody can write it down. OpenSSL
takes such points (RFC 8032 leaves it open), so they are refused here.
"""

_FIELD = 2**255 - 19
_SIGN = 1 << 255
"""The highest bit is the sign of x. It is not looked at: a point and its negative have the same order."""

_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826

_OF_SMALL_ORDER = frozenset({1, _FIELD - 1, 0, _OF_ORDER_8, _FIELD - _OF_ORDER_8})
"""The y of all eight points whose order divides 8: of order 1, 2, 4 and 8."""


def is_weak(public_key: bytes) -> bool:
    """Whether these 32 bytes, little-endian (RFC 8032 §5.1.2), are no point that may be taken for a key."""
    y = int.from_bytes(public_key, "little") & ~_SIGN
    return y >= _FIELD or y in _OF_SMALL_ORDER
