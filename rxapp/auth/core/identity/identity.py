"""The verified identity of a caller."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class SessionWithUser(Protocol):
    """A session's row, read together with its user's name and roles."""

    id: UUID
    user_id: UUID
    user_name: str
    display_name: str
    roles: list[str]
    authenticated_at: datetime
    amr: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and the session of an access token, with the roles that the database has now.

    `authenticated_at` is when they last proved who they are, and `amr` names the proofs that they have given in this session
    (RFC 8176: `pwd` is a password). `expires_at` is when the session's lifetime ends. Times in UTC. `display_name` is the name
    that the person has chosen to be shown; it is not unique.
    """

    user_id: UUID
    session_id: UUID
    user_name: str
    roles: frozenset[str]
    authenticated_at: datetime
    expires_at: datetime
    amr: tuple[str, ...] = ("pwd",)
    display_name: str = ""

    @classmethod
    def of(cls, session: SessionWithUser) -> "Identity":
        """Make one of a session's row that was joined with its user's name and roles."""
        roles = frozenset(session.roles)
        times = session.authenticated_at, session.expires_at
        proofs = tuple(session.amr.split())
        return cls(session.user_id, session.id, session.user_name, roles, *times, proofs, session.display_name)

    def has_role(self, *roles: str) -> bool:
        """Whether the user has one of `roles`. If no role is named, True for every signed-in user."""
        return not roles or not self.roles.isdisjoint(roles)
