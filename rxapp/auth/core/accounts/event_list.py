"""What administrators read of the audit log."""

from collections.abc import Iterator, Sequence

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.database.engine import Database


class EventList:
    """A part of `Administration`."""

    _database: Database

    def events(self, wanted: EventFilter, *, limit: int, offset: int = 0) -> tuple[int, Sequence[ListedEvent]]:
        """The number of events that match, and a page of them with the names of user and actor, the newest first."""
        with self._database.connect() as db:
            return events.count(db, wanted), events.newest(db, wanted, limit=limit, offset=offset)

    def each_event(self, wanted: EventFilter, *, after_id: int = 0) -> Iterator[ListedEvent]:
        """All events that match, with the names of user and actor, the oldest first. They are read in chunks."""
        with self._database.connect() as db:
            yield from events.oldest_first(db, wanted, after_id=after_id)
