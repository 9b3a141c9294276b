"""Following the audit log: polls for new events by their ids."""

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from rxapp.auth.core.accounts.administration import Administration
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import ListedEvent

POLLING_PERIOD = timedelta(seconds=0.5)

OVERLAP = 200
"""Ids that each poll reads again. PostgreSQL assigns ids before the commit, so an event with a lower id may appear later."""


def follow_events(administration: Administration, wanted: EventFilter, known: Sequence[ListedEvent]) -> Iterator[ListedEvent]:
    """Yield each new event once, for ever. `known` are the last events: at least `OVERLAP` of them, if there are so many."""
    seen = {event.id for event in known}
    while True:
        looked_at_after = max(seen, default=0) - OVERLAP
        for event in administration.each_event(wanted, after_id=looked_at_after):
            if event.id not in seen:
                seen.add(event.id)
                yield event
        seen = {event_id for event_id in seen if event_id > looked_at_after}
        time.sleep(POLLING_PERIOD.total_seconds())
