"""A client that holds a key, as RFC 9449 describes it."""

import hashlib
import json
import secrets
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from rxapp.auth.core.identity.proved_key import base64url, thumbprint


class DeviceKey:
    """A key pair, and the proofs that it makes."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        is_ec = algorithm == "ES256"
        self.private = ec.generate_private_key(ec.SECP256R1()) if is_ec else ed25519.Ed25519PrivateKey.generate()
        kind = ECAlgorithm if is_ec else OKPAlgorithm
        self.jwk = json.loads(kind.to_jwk(self.private.public_key()))

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.jwk)

    def proof(
        self,
        method: str,
        url: str,
        now: datetime,
        *,
        nonce: str | None = None,
        access_token: str | None = None,
        header: dict | None = None,
        **claims,
    ) -> str:
        """A good proof, but for the header and the claims that are given; one that is None is left out."""
        payload = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": url, "iat": int(now.timestamp()), "nonce": nonce}
        if access_token is not None:
            payload["ath"] = base64url(hashlib.sha256(access_token.encode()).digest())
        payload = {name: value for name, value in (payload | claims).items() if value is not None}
        headers = {"typ": "dpop+jwt", "jwk": self.jwk} | (header or {})
        return jwt.encode(payload, self.private, algorithm=self.algorithm, headers=headers)
