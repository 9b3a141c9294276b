"""DPoP proofs (RFC 9449 §4): a small JWT by which a client shows, for one request, that it holds a private key."""

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
"""How far behind and ahead of ours the client's clock may be."""

MAXIMUM_LENGTH = 2_048
"""Characters; ours are about 500. Longer ones are refused before any work is done on them."""

_MAXIMUM_ID_LENGTH = 128

_KEY_KINDS = {"ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
"""The allow-list: each algorithm with the one kind of key that it may come with (RFC 8725 §3.1)."""

ALGORITHMS = " ".join(_KEY_KINDS)
"""As the `algs` of a challenge names them (RFC 9449 §7.1)."""

_PUBLIC_MEMBERS = {"kty", "crv", "x", "y"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A proof that holds for what was asked: whose key, and what is still to be checked by somebody with a memory."""

    thumbprint: str
    proof_id: str
    nonce: str


def read_proof(proof: str, *, method: str, urls: Collection[str], now: datetime, access_token: str | None = None) -> DpopProof:
    """Check all of RFC 9449 §4.3 that the proof itself shows, or raise `InvalidDpopProof`.

    `urls` are the spellings of the request's URL, each as `normalized`. `access_token` is the one that comes with the request, if
    one does. That it is used once, and that its nonce is ours, is the caller's to see to.
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
        and _is_one_of(claims["htu"], urls)
        and _is_timely(claims["iat"], now)
        and _is_id(claims["jti"])
        and (access_token is None or _is_of(claims.get("ath"), access_token))
    )
    if not is_good:
        raise InvalidDpopProof
    nonce = claims.get("nonce")
    return DpopProof(name, claims["jti"], nonce if _is_id(nonce) else "")


_OPTIONS: Any = {
    "require": ["jti", "htm", "htu", "iat"],
    # The times are checked against our own clock.
    "verify_iat": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def normalized(url: str) -> str:
    """A URL without query and fragment, as RFC 9449 §4.3 compares them (RFC 3986 §6.2.2 and §6.2.3). Raises `ValueError`."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if parts.username is not None or not host:
        raise ValueError("not the URL of a request")
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(scheme)) else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.path or '/'}"


def _public_key(header: dict[str, Any]) -> tuple[str, Any, str]:
    """The algorithm, the key, and the key's thumbprint. Only what makes the public key is read of the `jwk`."""
    algorithm, jwk = header["alg"], header["jwk"]
    if not isinstance(jwk, dict) or not isinstance(algorithm, str) or (jwk["kty"], jwk["crv"]) != _KEY_KINDS[algorithm]:
        raise InvalidDpopProof
    if jwk.keys() & {"d", "k", "p", "q"}:  # RFC 9449 §4.3 no. 7: whoever sends a private key has not kept it
        raise InvalidDpopProof
    kind: Any = ECAlgorithm if jwk["kty"] == "EC" else OKPAlgorithm
    key = kind.from_jwk({name: value for name, value in jwk.items() if name in _PUBLIC_MEMBERS})
    if jwk["kty"] == "OKP" and is_weak(key.public_bytes_raw()):
        raise InvalidDpopProof
    exported = kind.to_jwk(key)
    return algorithm, key, thumbprint(json.loads(exported))


def _is_one_of(url: Any, urls: Collection[str]) -> bool:
    try:
        return isinstance(url, str) and (url in urls or normalized(url) in urls)
    except ValueError:
        return False


def _is_id(value: Any) -> TypeGuard[str]:
    # Some characters that JSON can name cannot be encoded again.
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _MAXIMUM_ID_LENGTH


def _is_timely(issued_at: Any, now: datetime) -> bool:
    """Only compared, never computed with: JSON has integers that no float holds, and Python raises `OverflowError` for them."""
    if type(issued_at) not in (int, float):
        return False
    return (now - MAXIMUM_AGE).timestamp() <= issued_at <= (now + MAXIMUM_LEAD).timestamp()


def _is_of(token_hash: Any, access_token: str) -> bool:
    expected = base64url(hashlib.sha256(access_token.encode()).digest())
    return isinstance(token_hash, str) and token_hash.isascii() and hmac.compare_digest(token_hash, expected)
