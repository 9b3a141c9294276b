"""The rows that the statements on the audit log give: which columns they have, and of what type. They are only read."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class EventNews(Protocol):
    """What has happened, without who sent it."""

    id: int
    kind: str
    user_id: UUID | None
    session_id: UUID | None
    detail: str


class ListedEvent(EventNews, Protocol):
    """A whole event, with the names of user and actor: None where there is nobody of that id, or no more."""

    occurred_at: datetime
    actor_id: UUID | None
    address: str
    user_agent: str
    user_name: str | None
    actor_name: str | None
