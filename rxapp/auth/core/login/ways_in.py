"""The ways in which a user can log in. Nobody loses the last one by their own click. Features register theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from rxapp.auth.core.accounts import users
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.login.passkey_errors import LastWayIn


class WayIn(Protocol):
    """One way to log in besides the password. Threads share one instance."""

    def count(self, db: Connection, user_id: UUID) -> int:
        """How many of it the user has, as the transaction of `db` sees it."""
        ...

    def remove_all(self, db: Connection, user_id: UUID, since: datetime) -> int:
        """Remove all of it that was added since then. Returns how many. The caller has locked the user."""
        ...


class WaysIn:
    """Threads share one instance. Callers that change something have locked the user."""

    def __init__(self, ways: Sequence[WayIn]) -> None:
        self._ways = ways

    def require_one(self, db: Connection, user: User) -> None:
        """Raise `LastWayIn` if nothing is left, in the transaction of `db`, by which the user could log in."""
        if not users.has_password(user):
            self.require_one_besides_password(db, user.id)

    def require_one_besides_password(self, db: Connection, user_id: UUID) -> None:
        """The same for a user whose password is about to go."""
        if not self.has_any_besides_password(db, user_id):
            raise LastWayIn

    def has_any_besides_password(self, db: Connection, user_id: UUID) -> bool:
        """Whether the user could log in without a password."""
        return any(way.count(db, user_id) for way in self._ways)

    def remove_added(self, db: Connection, user_id: UUID, since: datetime) -> None:
        """Remove all ways in that were added since then: somebody else may have added them."""
        for way in self._ways:
            way.remove_all(db, user_id, since)
