"""Access tokens: JWTs of RFC 9068's kind, short-lived, signed with a key derived for nothing else."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt

from rxapp.auth.access_keys import TOKEN_TYPE, AccessKey
from rxapp.auth.clock import CLOCK_SKEW_LEEWAY, Clock
from rxapp.auth.errors import AccessTokenExpired, AccessTokenNotYetValid, InvalidToken
from rxapp.auth.key_ring import KeyRing
from rxapp.auth.settings import Settings

MAXIMUM_LENGTH = 4_096
"""Characters; ours are about 500. Longer ones are refused before any work is done on them."""

_REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "gen", "jti", "name", "roles", "iat", "nbf", "exp"]


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: who (`subject`), in which session, of which generation, with which roles, until when.

    `device_key_thumbprint` names the key that must be proved with it (`cnf.jkt`, RFC 9449 §6.1).
    """

    subject: UUID
    session_id: UUID
    generation: int
    token_id: str
    user_name: str
    roles: tuple[str, ...]
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    device_key_thumbprint: str | None = None


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(self, settings: Settings, key_ring: KeyRing, clock: Clock) -> None:
        self._settings = settings
        self._key_ring = key_ring
        self._clock = clock

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
        now = self._clock()
        claims: dict[str, Any] = {
            "iss": self._settings.issuer,
            "aud": self._settings.audience,
            "sub": str(subject),
            "sid": str(session_id),
            "gen": generation,
            "jti": secrets.token_urlsafe(16),
            "name": user_name,
            "roles": roles,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(min(now + self._settings.access_token_lifetime, session_expires_at).timestamp()),
        }
        if device_key_thumbprint is not None:
            claims["cnf"] = {"jkt": device_key_thumbprint}
        return self._key_ring.signer().access_keys[self._settings.access_token_algorithm].sign(claims)

    def verify(self, token: str) -> AccessClaims:
        """The claims of a genuine token within its lifetime; else `AccessTokenExpired`, `…NotYetValid` or `InvalidToken`."""
        claims = self.identify(token)
        now = self._clock()
        if max(claims.issued_at, claims.not_before) > now + CLOCK_SKEW_LEEWAY:
            raise AccessTokenNotYetValid
        if claims.expires_at <= now:
            raise AccessTokenExpired
        return claims

    def identify(self, token: str) -> AccessClaims:
        """The claims of a genuine token, expired or not: signature, algorithm, type, issuer and audience are checked.

        PyJWT is kept from checking the times, for it would read the machine's clock and not ours; `verify` does it.
        """
        if not isinstance(token, str) or len(token) > MAXIMUM_LENGTH or "=" in token:  # RFC 7515 §2: without padding
            raise InvalidToken
        try:
            key = self._key_ring.find_by_header(token.partition(".")[0]) or self._key_named_by(token)
            payload = jwt.decode(
                token,
                key.verifying_key,
                algorithms=[key.algorithm],
                issuer=self._settings.issuer,
                audience=self._settings.audience,
                options={"require": _REQUIRED_CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            return _read_claims(payload)
        except (jwt.InvalidTokenError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError) as error:
            raise InvalidToken from error

    def public_jwks(self) -> list[dict[str, Any]]:
        """The keys with which others verify our access tokens (RFC 7517 §4); none if those keys could also sign."""
        return [] if self._settings.access_token_algorithm == "HS256" else self._key_ring.public_jwks()

    def _key_named_by(self, token: str) -> AccessKey:
        """The key of a token whose header is not spelled as we spell ours, or whose key is not known yet."""
        header = jwt.get_unverified_header(token)
        if header.get("typ") != TOKEN_TYPE:
            raise InvalidToken
        return self._key_ring.access_key(header.get("kid"))


def _read_claims(payload: dict[str, Any]) -> AccessClaims:
    generation, roles = payload["gen"], payload["roles"]
    if type(generation) is not int or generation < 0 or not isinstance(roles, list) or not isinstance(payload["name"], str):
        raise InvalidToken
    return AccessClaims(
        subject=UUID(payload["sub"]),
        session_id=UUID(payload["sid"]),
        generation=generation,
        token_id=payload["jti"],
        user_name=payload["name"],
        roles=tuple(roles),
        issued_at=datetime.fromtimestamp(payload["iat"], UTC),
        not_before=datetime.fromtimestamp(payload["nbf"], UTC),
        expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        device_key_thumbprint=str(payload["cnf"]["jkt"]) if "cnf" in payload else None,
    )
