"""Access tokens: short-lived JWTs as in RFC 9068, signed with a key that is derived for this purpose only."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt

from rxapp.auth.core.clock import CLOCK_SKEW_LEEWAY, Clock
from rxapp.auth.core.errors import AccessTokenExpired, AccessTokenNotYetValid, InvalidToken
from rxapp.auth.core.keys.jwt_keys import TOKEN_TYPE, AccessKey
from rxapp.auth.core.keys.key_ring import KeyRing
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.core.tokens.claims import AccessClaims
from rxapp.auth.core.tokens.verified_token_cache import VerifiedTokenCache

MAXIMUM_LENGTH = 4_096
"""Characters. Ours have about 500. A longer token is refused before any work is done on it."""

_REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "gen", "jti", "name", "roles", "iat", "nbf", "exp"]

_UNREADABLE = (
    jwt.InvalidTokenError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    OSError,
    RecursionError,
)
"""What PyJWT, `json` and `datetime` raise for text that is not one of our tokens."""


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(self, settings: Settings, key_ring: KeyRing, clock: Clock) -> None:
        self._settings = settings
        self._key_ring = key_ring
        self._clock = clock
        self._genuine = VerifiedTokenCache()

    def issue(
        self,
        *,
        subject: UUID,
        session_id: UUID,
        generation: int,
        user_name: str,
        roles: list[str],
        session_expires_at: datetime,
        device_key_thumbprint: str | None = None,
    ) -> str:
        """A signed token that lives `access_token_lifetime`, and never longer than its session."""
        now = self._clock().replace(microsecond=0)  # RFC 7519 §2; we use whole seconds
        claims = AccessClaims(
            subject=subject,
            session_id=session_id,
            generation=generation,
            token_id=secrets.token_urlsafe(16),
            user_name=user_name,
            roles=tuple(roles),
            issued_at=now,
            not_before=now,
            expires_at=min(now + self._settings.access_token_lifetime, session_expires_at).replace(microsecond=0),
            device_key_thumbprint=device_key_thumbprint,
        )
        key = self._key_ring.signer().access_keys[self._settings.access_token_algorithm]
        token = key.sign(claims.payload(self._settings.issuer, self._settings.audience))
        self._genuine.keep(token, key, claims)
        return token

    def verify(self, token: str) -> AccessClaims:
        """The claims of a genuine token. Raises `AccessTokenExpired`, `AccessTokenNotYetValid` or `InvalidToken`."""
        claims = self.identify(token)
        now = self._clock()
        if max(claims.issued_at, claims.not_before) > now + CLOCK_SKEW_LEEWAY:
            raise AccessTokenNotYetValid
        if claims.expires_at <= now:
            raise AccessTokenExpired
        return claims

    def identify(self, token: str) -> AccessClaims:
        """The claims of a genuine token, expired or not. Checks signature, algorithm, type, issuer and audience.

        PyJWT does not check the times, because it would read the machine's clock and not ours. `verify` checks them.
        """
        if not isinstance(token, str) or len(token) > MAXIMUM_LENGTH or "=" in token:  # RFC 7515 §2: without padding
            raise InvalidToken
        try:
            key = self._key_ring.find_by_header(token.partition(".")[0]) or self._key_named_by(token)
            return self._genuine.find(token, key) or self._genuine.keep(token, key, self._decode(token, key))
        except _UNREADABLE as error:
            raise InvalidToken from error

    def _decode(self, token: str, key: AccessKey) -> AccessClaims:
        payload = jwt.decode(
            token,
            key.verifying_key,
            algorithms=[key.algorithm],
            issuer=self._settings.issuer,
            audience=self._settings.audience,
            options={"require": _REQUIRED_CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        return AccessClaims.read(payload)

    def public_jwks(self) -> list[dict[str, Any]]:
        """The keys with which others verify our access tokens (RFC 7517 §4). Empty if those keys could also sign."""
        return [] if self._settings.access_token_algorithm == "HS256" else self._key_ring.public_jwks()

    def _key_named_by(self, token: str) -> AccessKey:
        """The key of a token whose header is not byte for byte one of ours, or whose key is not known yet."""
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TOKEN_TYPE:
            raise InvalidToken
        return self._key_ring.access_key(header.get("kid"))
