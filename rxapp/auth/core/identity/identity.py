"""Who is asking, verified."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class SessionWithUser(Protocol):
    """A session's row, read together with its user's name and roles."""

    id: UUID
    user_id: UUID
    user_name: str
    roles: list[str]
    authenticated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and the session behind an access token, with the roles as they are in the database now.

    `authenticated_at` is when they last gave their password; `expires_at` is when the session's lifetime ends. Both in UTC.
    """

    user_id: UUID
    session_id: UUID
    user_name: str
    roles: frozenset[str]
    authenticated_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: SessionWithUser) -> "Identity":
        """Of a session that was found to stand."""
        roles = frozenset(session.roles)
        return cls(session.user_id, session.id, session.user_name, roles, session.authenticated_at, session.expires_at)

    def has_role(self, *roles: str) -> bool:
        """Whether the user has one of `roles`; with none named, anyone who is signed in has."""
        return not roles or not self.roles.isdisjoint(roles)
