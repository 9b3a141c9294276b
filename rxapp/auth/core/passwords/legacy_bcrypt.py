"""Whether some users still have the bcrypt hash with which they came from another app."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User

BCRYPT_PREFIX = "$2"
"""With which every hash of bcrypt begins."""

LOOK_INTERVAL = timedelta(minutes=1)
"""No index helps to find out, so that it is not looked up at each wrong password."""


class ImportedHashes:
    """Threads may share one. It learns of an import, or of the last such user's first login, within `LOOK_INTERVAL`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._are_left = False
        self._looked_at: datetime | None = None

    def are_left(self) -> bool:
        """Whether any is left, as of the last look."""
        now = self._clock()
        if self._looked_at is None or abs(now - self._looked_at) >= LOOK_INTERVAL:
            with self._database.read() as db:
                found = db.exec(select(User.id).where(col(User.password_hash).startswith(BCRYPT_PREFIX)).limit(1)).first()
            self._are_left, self._looked_at = found is not None, now
        return self._are_left
