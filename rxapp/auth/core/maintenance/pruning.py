"""Pruning: removes what is ended, old, expired or unneeded. It works in small batches, so that others wait only briefly."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.features import Pruner
from rxapp.auth.core.keys import stored_keys
from rxapp.auth.core.sessions import device_trust
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.settings.settings import Settings

BATCH_SIZE = 100
"""Rows removed in one transaction, which holds SQLite's only write lock for some milliseconds."""

PAUSE_FACTOR = 4
"""After each batch, pause this many times its duration. So pruning takes a fifth of the writing time, on any disk."""


class Pruned(NamedTuple):
    """One batch: of which pruner, and how many rows."""

    pruner: Pruner
    rows: int


def count_prunable_sessions(settings: Settings, database: Database, clock: Clock) -> int:
    """How many sessions `prune` would remove now."""
    with database.connect() as db:
        return sessions.count_ended(db, clock() - settings.ended_session_retention)


def count_prunable_events(settings: Settings, database: Database, clock: Clock) -> int:
    """How many events `prune` would remove now."""
    with database.connect() as db:
        return events.count(db, EventFilter(before=clock() - settings.event_retention))


def _remove_sessions(settings: Settings, database: Database, clock: Clock) -> int:
    with database.transaction() as db:
        return sessions.delete_ended(db, clock() - settings.ended_session_retention, BATCH_SIZE)


def _remove_events(settings: Settings, database: Database, clock: Clock) -> int:
    with database.transaction() as db:
        return events.delete_batch(db, clock() - settings.event_retention, BATCH_SIZE)


def _count_trusted_devices(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.connect() as db:
        return device_trust.count_expired(db, clock())


def _remove_trusted_devices(_settings: Settings, database: Database, clock: Clock) -> int:
    with database.transaction() as db:
        return device_trust.delete_expired(db, clock(), BATCH_SIZE)


def _remove_keys(settings: Settings, database: Database, clock: Clock) -> int:
    return stored_keys.delete_unneeded(settings, database, clock())


PRUNERS = (
    Pruner("sessions", "auth_session", count_prunable_sessions, _remove_sessions),
    Pruner("events", "security_event", count_prunable_events, _remove_events),
    Pruner("trusted devices", "auth_trusted_device", _count_trusted_devices, _remove_trusted_devices),
    Pruner("keys", "auth_signing_key", lambda *_: 0, _remove_keys),
)
"""Those of the core."""


def prune(settings: Settings, database: Database, clock: Clock, more: Sequence[Pruner] = ()) -> Iterator[Pruned]:
    """Remove batch after batch, also with the pruners of features (`more`), until nothing is left to remove.

    Each step is a transaction; whoever iterates may pause.
    """
    for pruner in (*PRUNERS, *more):
        while removed := pruner.remove(settings, database, clock):
            yield Pruned(pruner, removed)
