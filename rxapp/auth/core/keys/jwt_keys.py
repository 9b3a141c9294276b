"""Keys for access tokens. Each key has one fixed algorithm; the algorithm in a token's header decides nothing (RFC 8725 §3.1)."""

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm
from jwt.utils import base64url_encode

from rxapp.auth.core.keys.derivation import Keys

TOKEN_TYPE = "at+jwt"
"""RFC 9068 §2.1. It keeps other JWTs of the same key from being accepted as access tokens."""

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order n of the curve's base point (NIST SP 800-186 §3.2.1.3)."""


class _CheckedHMAC(HMACAlgorithm):
    """PyJWT checks at every use that an HMAC key is not a DER or JSON document. We check it once, at derivation.

    `hmac.digest` is one call into OpenSSL. PyJWT makes a Python object for each signature.
    """

    def prepare_key(self, key: Any) -> bytes:
        return key  # derived keys are bytes

    def sign(self, msg: bytes, key: bytes) -> bytes:
        return hmac.digest(key, msg, self.hash_alg)


_encode = json.JSONEncoder(separators=(",", ":")).encode
_hs256 = _CheckedHMAC(HMACAlgorithm.SHA256)
_jws = jwt.PyJWS()
_jws.unregister_algorithm("HS256")
_jws.register_algorithm("HS256", _hs256)


@dataclass(frozen=True, slots=True, eq=False)
class AccessKey:
    """Signs and verifies access tokens with one algorithm.

    `header` is the encoded first part of every token of this key. Other services verify with `public_jwk` (RFC 7517). It is None
    for a symmetric key, because a holder could sign too.
    """

    kid: str
    algorithm: str
    signing_key: Any = field(repr=False)
    verifying_key: jwt.PyJWK = field(repr=False)
    header: str
    public_jwk: dict[str, Any] | None

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a signed token."""
        payload = base64url_encode(_encode(claims).encode())
        signed = self.header.encode() + b"." + payload
        signature = _jws.get_algorithm_by_name(self.algorithm).sign(signed, self.signing_key)
        return (signed + b"." + base64url_encode(signature)).decode()


def derive_access_keys(keys: Keys) -> dict[str, AccessKey]:
    """The access key for each algorithm. The kid for HS256 is the plain `key_id`, because HS256 came first."""
    hmac_bytes = HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(keys.access_token_key)
    hmac_key = _access_key(keys.key_id, "HS256", hmac_bytes, HMACAlgorithm.to_jwk(hmac_bytes, as_dict=True))
    hmac_key.verifying_key.Algorithm = _hs256
    ed25519_key = ed25519.Ed25519PrivateKey.from_private_bytes(keys.ed25519_seed)
    p256_key = ec.derive_private_key(_p256_scalar(keys.p256_seed), ec.SECP256R1())
    return {
        "HS256": hmac_key,
        "EdDSA": _asymmetric_key(keys, "EdDSA", ed25519_key, OKPAlgorithm.to_jwk(ed25519_key.public_key(), as_dict=True)),
        "ES256": _asymmetric_key(keys, "ES256", p256_key, ECAlgorithm.to_jwk(p256_key.public_key(), as_dict=True)),
    }


def _asymmetric_key(keys: Keys, algorithm: str, signing_key: Any, jwk: dict[str, Any]) -> AccessKey:
    kid = f"{keys.key_id}-{algorithm}"
    return _access_key(kid, algorithm, signing_key, jwk, {**jwk, "kid": kid, "alg": algorithm, "use": "sig"})


def _access_key(
    kid: str, algorithm: str, signing_key: Any, jwk: dict[str, Any], public_jwk: dict[str, Any] | None = None
) -> AccessKey:
    header = _jws.encode(b"", signing_key, algorithm, {"typ": TOKEN_TYPE, "kid": kid}).partition(".")[0]
    return AccessKey(kid, algorithm, signing_key, jwt.PyJWK(jwk, algorithm), header, public_jwk)


def _p256_scalar(seed: bytes) -> int:
    """A private scalar in [1, n-1]. Extra random bits keep the distribution even (FIPS 186-5 A.2.1)."""
    return int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1
