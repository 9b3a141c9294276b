"""DPoP proofs (RFC 9449 §4): a small JWT that proves, for one request, that the client holds a private key."""

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import jwt
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from rxapp.auth.core.dpop.weak_keys import is_weak
from rxapp.auth.core.errors import InvalidDpopProof
from rxapp.auth.core.identity.proved_key import base64url, thumbprint

TYPE = "dpop+jwt"

MAXIMUM_AGE = timedelta(seconds=60)
MAXIMUM_LEAD = timedelta(seconds=10)
"""How far the client's clock may be behind ours, and how far ahead."""

MAXIMUM_LENGTH = 2_048
"""Characters; ours have about 500. Longer proofs are refused before they cost any work."""

_MAXIMUM_ID_LENGTH = 128

_KEY_KINDS = {"ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
"""The allow-list: each algorithm, with the only kind of key that it accepts (RFC 8725 §3.1)."""

ALGORITHMS = " ".join(_KEY_KINDS)
"""The value of `algs` in a challenge (RFC 9449 §7.1)."""

_PUBLIC_MEMBERS = {"kty", "crv", "x", "y"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A proof that is valid for its request. `proof_id` and `nonce` are still to be checked, because that needs state."""

    thumbprint: str
    proof_id: str
    nonce: str


def read_proof(proof: str, *, method: str, urls: Collection[str], now: datetime, access_token: str | None = None) -> DpopProof:
    """Check everything of RFC 9449 §4.3 that needs no state. Raises `InvalidDpopProof`.

    `urls` are the accepted forms of the request's URL, each as `normalized` returns it. `access_token` is the request's, if
    it has one. The caller checks that the proof is used once and that the nonce is ours.
    """
    if not isinstance(proof, str) or len(proof) > MAXIMUM_LENGTH:
        raise InvalidDpopProof
    try:
        header = jwt.get_unverified_header(proof)
        algorithm, key, name = _public_key(header)
        claims = jwt.decode(proof, key, algorithms=[algorithm], options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidDpopProof from error
    is_good = (
        header.get("typ") == TYPE
        and claims["htm"] == method
        and _matches_any(claims["htu"], urls)
        and _is_recent(claims["iat"], now)
        and _is_id(claims["jti"])
        and (access_token is None or _matches_hash(claims.get("ath"), access_token))
    )
    if not is_good:
        raise InvalidDpopProof
    nonce = claims.get("nonce")
    return DpopProof(name, claims["jti"], nonce if _is_id(nonce) else "")


_OPTIONS: Any = {
    "require": ["jti", "htm", "htu", "iat"],
    # We check the times ourselves, with our own clock.
    "verify_iat": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def normalized(url: str) -> str:
    """The URL in the form that RFC 9449 §4.3 compares: no query, no fragment (RFC 3986 §6.2.2, §6.2.3). Raises `ValueError`."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if parts.username is not None or not host:
        raise ValueError("not the URL of a request")
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(scheme)) else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.path or '/'}"


def _public_key(header: dict[str, Any]) -> tuple[str, Any, str]:
    """The algorithm, the key, and the key's thumbprint. Of the `jwk`, only the members of a public key are read."""
    algorithm, jwk = header["alg"], header["jwk"]
    if not isinstance(jwk, dict) or not isinstance(algorithm, str) or (jwk["kty"], jwk["crv"]) != _KEY_KINDS[algorithm]:
        raise InvalidDpopProof
    if jwk.keys() & {"d", "k", "p", "q"}:  # RFC 9449 §4.3 no. 7: a private key that was sent is no secret
        raise InvalidDpopProof
    kind: Any = ECAlgorithm if jwk["kty"] == "EC" else OKPAlgorithm
    key = kind.from_jwk({name: value for name, value in jwk.items() if name in _PUBLIC_MEMBERS})
    if jwk["kty"] == "OKP" and is_weak(key.public_bytes_raw()):
        raise InvalidDpopProof
    exported = kind.to_jwk(key)
    return algorithm, key, thumbprint(json.loads(exported))


def _matches_any(url: Any, urls: Collection[str]) -> bool:
    try:
        return isinstance(url, str) and (url in urls or normalized(url) in urls)
    except ValueError:
        return False


def _is_id(value: Any) -> TypeGuard[str]:
    # JSON can hold characters that cannot be encoded again, such as half of a surrogate pair.
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _MAXIMUM_ID_LENGTH


def _is_recent(issued_at: Any, now: datetime) -> bool:
    """Compares, and never calculates: JSON allows integers that are too large for a float, and Python raises `OverflowError`."""
    if type(issued_at) not in (int, float):
        return False
    return (now - MAXIMUM_AGE).timestamp() <= issued_at <= (now + MAXIMUM_LEAD).timestamp()


def _matches_hash(token_hash: Any, access_token: str) -> bool:
    expected = base64url(hashlib.sha256(access_token.encode()).digest())
    return isinstance(token_hash, str) and token_hash.isascii() and hmac.compare_digest(token_hash, expected)
