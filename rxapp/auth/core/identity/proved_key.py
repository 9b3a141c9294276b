"""Device keys: the key that a client proved to hold, and its thumbprint (RFC 7638)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

THUMBPRINT_LENGTH = 43
"""Characters: base64url of a SHA-256."""

_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
"""RFC 7638 §3.2 and RFC 8037 §2: the members of a public key that go into its thumbprint, in this order."""


@dataclass(frozen=True, slots=True)
class ProvedKey:
    """A key whose private part the client has just used. `proof_id` is the proof's `jti` if the proof must not be used again."""

    thumbprint: str
    proof_id: str = ""


def thumbprint(jwk: dict[str, Any]) -> str:
    """The thumbprint of an elliptic-curve public key, in base64url without padding (RFC 7638 §3)."""
    members = {name: jwk[name] for name in _THUMBPRINT_MEMBERS[jwk["kty"]]}
    return base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def base64url(data: bytes) -> str:
    """Base64 for URLs, without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
