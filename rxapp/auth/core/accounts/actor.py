"""Who does something to another person's account."""

from dataclasses import dataclass
from uuid import UUID

from rxapp.auth.core.identity.client import NO_CLIENT, Client


@dataclass(frozen=True, slots=True)
class Actor:
    """The administrator who acts, and their client. Without a `user_id` it is the operator at the command line."""

    user_id: UUID | None = None
    client: Client = NO_CLIENT


OPERATOR = Actor()
