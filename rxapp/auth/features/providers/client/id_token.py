"""ID tokens and logout tokens: who has signed them, for whom, when, and for which of our questions."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from rxapp.auth.core.identity.proved_key import base64url
from rxapp.auth.core.login.provider_errors import ProviderLoginRefused
from rxapp.auth.features.providers.client.outgoing import ProviderFault
from rxapp.auth.features.providers.client.published import Published
from rxapp.auth.features.providers.rules.profile import is_identifier
from rxapp.auth.features.providers.rules.provider import Provider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key. Neither `none` nor HMAC, with which whoever has the client's secret could sign."""

LEEWAY = timedelta(minutes=1)
"""Between the provider's clock and ours."""

LOGOUT_TOKEN_LIFETIME = timedelta(minutes=10)

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

_MAXIMUM_LENGTH = 16 * 1024
_LATEST = 2**33
"""Seconds since 1970: in the year 2242."""

_KINDS = {"RS256": RSAPrivateKey, "ES256": EllipticCurvePrivateKey, "EdDSA": Ed25519PrivateKey}
_PUBLIC_MEMBERS = {"kty": 8, "crv": 16, "x": 100, "y": 100, "n": 683, "e": 6}
"""The members of a public key (RFC 7518 §6), and their lengths at most. RSA has 4096 bits at most, and an exponent of 32."""

_TRIED_KEYS = 5
"""For a token that names no key. Each costs time, and anybody can send logout tokens."""

_CLAIMS = ("aud", "iss", "sub", "jti", "exp", "nbf", "iat")
_OPTIONS: Any = {f"verify_{name}": False for name in _CLAIMS} | {"enforce_minimum_key_length": True}
_SIGNATURES = jwt.PyJWT(_OPTIONS)
"""The signature alone. What the claims must be is ours to say."""

_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class TokenRefused(ProviderLoginRefused):
    """The token is not what it should be. `why` is for the audit log."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


async def verify_id_token(
    provider: Provider, published: Published, token: str, now: datetime, *, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core §3.1.3.7). Raises `TokenRefused` or `ProviderFault`."""
    header, claims = await _verify(provider, published, token, now)
    if claims.get("nonce") != nonce:
        raise TokenRefused("nonce")
    _require_time(claims, now, "exp", after=True)
    if "at_hash" in claims and claims["at_hash"] != _half_hash(str(header.get("alg")), access_token):
        raise TokenRefused("at_hash")
    return claims


async def verify_logout_token(provider: Provider, published: Published, token: str, now: datetime) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout §2.6). Raises `TokenRefused` or `ProviderFault`."""
    header, claims = await _verify(provider, published, token, now)
    typ, events = str(header.get("typ", "logout+jwt")).lower(), claims.get("events")
    if typ not in ("logout+jwt", "jwt") or "nonce" in claims:
        raise TokenRefused("this is no logout token")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise TokenRefused("events")
    named = [claims[name] for name in ("sub", "sid") if claims.get(name) is not None]
    if not named or not all(map(is_identifier, named)):
        raise TokenRefused("sub or sid")
    if not isinstance(claims.get("jti"), str):
        raise TokenRefused("jti")
    if "exp" in claims:
        _require_time(claims, now, "exp", after=True)
    if claims["iat"] < (now - LOGOUT_TOKEN_LIFETIME).timestamp():
        raise TokenRefused("iat")
    return claims


async def _verify(
    provider: Provider, published: Published, token: str, now: datetime
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    header = _header_of(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise TokenRefused("alg")
    named = kid if isinstance(kid, str) else None
    fitting = _fitting(await published.keys(named), kid, algorithm)
    claims = _decoded_by_any(token, fitting, algorithm)
    if claims is None and kid is None:  # a provider that names no key may have a new one
        fitting = _fitting(await published.keys(""), kid, algorithm)
        claims = _decoded_by_any(token, fitting, algorithm)
    if claims is None:
        raise TokenRefused("signature" if fitting else "kid")
    _require_ours(provider, claims)
    _require_time(claims, now, "iat", after=False)
    if "nbf" in claims:
        _require_time(claims, now, "nbf", after=False)
    return header, claims


def _fitting(keys: list[dict[str, Any]], kid: Any, algorithm: str) -> list[dict[str, Any]]:
    named = (key for key in keys if kid in (None, key.get("kid")) and key.get("alg", algorithm) == algorithm)
    return list(islice(named, _TRIED_KEYS))


def _decoded_by_any(token: str, keys: list[dict[str, Any]], algorithm: str) -> dict[str, Any] | None:
    return next((found for key in keys if (found := _decoded(token, key, algorithm)) is not None), None)


def _decoded(token: str, key: Mapping[str, Any], algorithm: str) -> dict[str, Any] | None:
    """The claims, if this key has signed them."""
    try:
        return _SIGNATURES.decode(token, jwt.PyJWK(_public(key), algorithm).key, [algorithm])
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _public(key: Mapping[str, Any]) -> dict[str, str]:
    """The public members of a key, if they are not too long.

    Of a private one the library would look for the primes, which takes hours if somebody has chosen its numbers for that.
    """
    public = {name: key[name] for name in _PUBLIC_MEMBERS if isinstance(key.get(name), str)}
    if any(len(value) > _PUBLIC_MEMBERS[name] for name, value in public.items()):
        raise ValueError("it is too long")
    return public


def _header_of(token: str) -> Mapping[str, Any]:
    try:
        if len(token) > _MAXIMUM_LENGTH or token.count(".") != 2:  # noqa: PLR2004  RFC 7515 §3.1: three parts
            raise TokenRefused("it is no signed token")
        first = token.partition(".")[0]
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError) as error:
        raise TokenRefused("header") from error
    if not isinstance(header, dict) or "crit" in header:
        raise TokenRefused("header")
    return header


def _require_ours(provider: Provider, claims: Mapping[str, Any]) -> None:
    issuer, audience, party = claims.get("iss"), claims.get("aud"), claims.get("azp")
    if not isinstance(issuer, str) or not provider.issues(issuer) or (provider.has_many_tenants and issuer == provider.issuer):
        raise TokenRefused("iss")
    if provider.has_many_tenants and claims.get("tid") != issuer.split("/")[3]:
        raise TokenRefused("tid")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if provider.options.client_id not in audiences:
        raise TokenRefused("aud")
    if party not in (None, provider.options.client_id) or (len(audiences) > 1 and party is None):
        raise TokenRefused("azp")


def _require_time(claims: Mapping[str, Any], now: datetime, name: str, *, after: bool) -> None:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _LATEST:
        raise TokenRefused(name)
    distance = value - now.timestamp()
    if (distance if after else -distance) < -LEEWAY.total_seconds():
        raise TokenRefused(name)


def _half_hash(algorithm: str, access_token: str) -> str:
    digest = _HASHES.get(algorithm[-3:], hashlib.sha512)(access_token.encode("utf-8", "replace")).digest()
    return base64url(digest[: len(digest) // 2])


def client_assertion(provider: Provider, now: datetime) -> str:
    """A token by which this app shows at the provider that it has its private key (RFC 7523 §2.2)."""
    pem = provider.options.client_key.get_secret_value()
    key = _private_key(pem)
    algorithm = next((name for name, kind in _KINDS.items() if isinstance(key, kind)), None)
    if algorithm is None or (isinstance(key, EllipticCurvePrivateKey) and key.curve.name != SECP256R1.name):
        raise ProviderFault("CLIENT_KEY is no private key in PEM, of RSA, P-256 or Ed25519")
    named = {"kid": provider.options.client_key_id} if provider.options.client_key_id else {}
    claims: dict[str, Any] = {"iss": provider.options.client_id, "sub": provider.options.client_id, "aud": provider.issuer}
    claims |= {"jti": secrets.token_urlsafe(16), "iat": int(now.timestamp()), "exp": int(now.timestamp()) + 60}
    return jwt.encode(claims, pem, algorithm, headers=named)


def _private_key(pem: str) -> Any:
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
