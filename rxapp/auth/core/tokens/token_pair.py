"""The token pair that a browser holds: an access token, and the refresh token of the same generation."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.refresh_tokens import RefreshTokens


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Both are secrets, so neither is in the `repr`."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class PairSession(Protocol):
    """The columns of a session that a token pair needs."""

    id: UUID
    user_id: UUID
    salt: bytes
    expires_at: datetime
    device_key_thumbprint: str | None


class PairUser(Protocol):
    """The columns of a user that a token pair needs."""

    user_name: str
    roles: list[str]


def issue_pair(
    access_tokens: AccessTokens, refresh_tokens: RefreshTokens, session: PairSession, user: PairUser, generation: int
) -> TokenPair:
    """The token pair of that generation of `session`, with the current name and roles of `user`."""
    return TokenPair(
        access_token=access_tokens.issue(
            subject=session.user_id,
            session_id=session.id,
            generation=generation,
            user_name=user.user_name,
            roles=user.roles,
            session_expires_at=session.expires_at,
            device_key_thumbprint=session.device_key_thumbprint,
        ),
        refresh_token=refresh_tokens.issue(session.id, generation, session.salt),
    )
