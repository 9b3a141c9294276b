"""Pruning: removes ended sessions, old events and unneeded keys. It works in small batches, so that others wait only briefly."""

from collections.abc import Iterator
from dataclasses import dataclass

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.keys import stored_keys
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.settings.settings import Settings

BATCH_SIZE = 100
"""Rows removed in one transaction, which holds SQLite's only write lock for some milliseconds."""

PAUSE_FACTOR = 4
"""After each batch, pause this many times its duration. So pruning takes a fifth of the writing time, on any disk."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows one batch removed."""

    sessions: int = 0
    events: int = 0
    keys: int = 0


def count_prunable_sessions(settings: Settings, database: Database, clock: Clock) -> int:
    """How many sessions `prune` would remove now."""
    with database.connect() as db:
        return sessions.count_ended(db, clock() - settings.ended_session_retention)


def count_prunable_events(settings: Settings, database: Database, clock: Clock) -> int:
    """How many events `prune` would remove now."""
    with database.connect() as db:
        return events.count(db, EventFilter(before=clock() - settings.event_retention))


def prune(settings: Settings, database: Database, clock: Clock) -> Iterator[Pruned]:
    """Remove batch after batch until nothing is left to remove. Each step is a transaction. Callers may pause between steps."""
    sessions_before, events_before = clock() - settings.ended_session_retention, clock() - settings.event_retention
    while True:
        with database.transaction() as db:
            removed = sessions.delete_ended(db, sessions_before, BATCH_SIZE)
        if not removed:
            break
        yield Pruned(sessions=removed)
    while True:
        with database.transaction() as db:
            removed = events.delete_batch(db, events_before, BATCH_SIZE)
        if not removed:
            break
        yield Pruned(events=removed)
    if removed := stored_keys.delete_unneeded(settings, database, clock()):
        yield Pruned(keys=removed)
