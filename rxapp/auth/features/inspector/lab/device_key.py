"""A key as a browser keeps one, and the proofs that it makes for HTTP requests (RFC 9449)."""

import hashlib
import json
import secrets
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from rxapp.auth.core.dpop.proof import TYPE
from rxapp.auth.core.identity.proved_key import base64url


class DeviceKey:
    """Lives as long as the attack does."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._jwk = json.loads(ECAlgorithm.to_jwk(self._private.public_key()))

    def proof(self, method: str, url: str, now: datetime, *, nonce: str = "", access_token: str = "") -> str:
        """For one request."""
        claims = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": url, "iat": int(now.timestamp())}
        if nonce:
            claims["nonce"] = nonce
        if access_token:
            claims["ath"] = base64url(hashlib.sha256(access_token.encode()).digest())
        return jwt.encode(claims, self._private, algorithm="ES256", headers={"typ": TYPE, "jwk": self._jwk})
