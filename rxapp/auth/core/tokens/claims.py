"""The claims of an access token."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rxapp.auth.core.errors import InvalidToken


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims: the user (`subject`), the session and its generation, the roles, and the times.

    `device_key_thumbprint` names the key that the sender of the token must prove (`cnf.jkt`, RFC 9449 §6.1).
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

    @classmethod
    def read(cls, payload: dict[str, Any]) -> "AccessClaims":
        """The claims from a token's payload. Raises `InvalidToken`, or what Python raises for values of wrong types."""
        generation, roles = payload["gen"], payload["roles"]
        if type(generation) is not int or generation < 0 or not isinstance(roles, list) or not isinstance(payload["name"], str):
            raise InvalidToken
        return cls(
            subject=UUID(payload["sub"]),
            session_id=UUID(payload["sid"]),
            generation=generation,
            token_id=payload["jti"],
            user_name=payload["name"],
            roles=tuple(roles),
            issued_at=_moment(payload["iat"]),
            not_before=_moment(payload["nbf"]),
            expires_at=_moment(payload["exp"]),
            device_key_thumbprint=str(payload["cnf"]["jkt"]) if "cnf" in payload else None,
        )

    def payload(self, issuer: str, audience: str) -> dict[str, Any]:
        """The payload that `read` reads, in a token from `issuer` for `audience`."""
        payload: dict[str, Any] = {
            "iss": issuer,
            "aud": audience,
            "sub": str(self.subject),
            "sid": str(self.session_id),
            "gen": self.generation,
            "jti": self.token_id,
            "name": self.user_name,
            "roles": list(self.roles),
            "iat": int(self.issued_at.timestamp()),
            "nbf": int(self.not_before.timestamp()),
            "exp": int(self.expires_at.timestamp()),
        }
        if self.device_key_thumbprint is not None:
            payload["cnf"] = {"jkt": self.device_key_thumbprint}
        return payload


def _moment(seconds: Any) -> datetime:
    """Accepts whole seconds only; Python would accept True as 1. Raises what Python raises for times out of its range."""
    if type(seconds) is not int:
        raise InvalidToken
    return datetime.fromtimestamp(seconds, UTC)
