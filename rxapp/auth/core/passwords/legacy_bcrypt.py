"""Whether some users still have the bcrypt hash with which they were imported from another app."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User

BCRYPT_PREFIX = "$2"
"""Every hash of bcrypt begins with it."""

CHECK_INTERVAL = timedelta(minutes=1)
"""The query cannot use an index, so it does not run at each wrong password."""


class LegacyBcryptHashes:
    """Threads may share one instance. It notices an import, or the last bcrypt hash's replacement, within `CHECK_INTERVAL`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._exist = False
        self._checked_at: datetime | None = None

    def exist(self) -> bool:
        """Whether any bcrypt hash was left at the last check."""
        now = self._clock()
        if self._checked_at is None or abs(now - self._checked_at) >= CHECK_INTERVAL:
            with self._database.read() as db:
                found = db.exec(select(User.id).where(col(User.password_hash).startswith(BCRYPT_PREFIX)).limit(1)).first()
            self._exist, self._checked_at = found is not None, now
        return self._exist
