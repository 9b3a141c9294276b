"""The rows that the statements on `auth_session` return: their columns and types. Rows are read-only."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class RotatedSession(Protocol):
    """The columns of a session and of its user that the next token pair is made of."""

    id: UUID
    user_id: UUID
    salt: bytes
    expires_at: datetime
    device_key_thumbprint: str | None
    user_name: str
    roles: list[str]


class StoredSession(RotatedSession, Protocol):
    """The same, with the columns that decide whether the session is active and how its refresh tokens are answered."""

    generation: int
    generation_seen_at: datetime | None
    last_used_at: datetime
    authenticated_at: datetime
    amr: str
    display_name: str
    revoked_at: datetime | None
    revoked_reason: str | None
    disabled_at: datetime | None


class ListedSession(Protocol):
    """What people see of a session. `is_bound` says that its tokens are useless without the device's key."""

    id: UUID
    device: str
    address: str
    is_bound: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime

    def _asdict(self) -> dict[str, Any]:
        """The columns by name."""
        ...


class ListedSessionOfUser(ListedSession, Protocol):
    """The same, in a list of the sessions of all users."""

    user_name: str
