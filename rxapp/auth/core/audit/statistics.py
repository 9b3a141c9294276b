"""Statistics of the audit log: how often each kind of event has happened in a span of time."""

import re
from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select

from rxapp.auth.core.audit.events import SUMMARY_PATTERN, EventKind
from rxapp.auth.core.audit.periods import Span
from rxapp.auth.core.database.tables import AuthTable, SecurityEvent

REFUSALS = (
    EventKind.REFRESH_REFUSED,
    EventKind.TOKEN_REUSED,
    EventKind.DEVICE_PROOF_REFUSED,
    EventKind.PASSWORD_CONFIRMATION_FAILED,
    EventKind.SECOND_FACTOR_REFUSED,
    EventKind.PERMISSION_DENIED,
    EventKind.UPLOAD_REFUSED,
    EventKind.THROTTLED,
)
"""The kinds of events in which somebody was refused something other than a login."""

_event = AuthTable.metadata.tables[SecurityEvent.__tablename__]

_summary = case((_event.c.detail.like(SUMMARY_PATTERN), _event.c.detail), else_="")

_COUNT = (
    select(_event.c.kind, _summary.label("summary"), func.count().label("rows"))
    .where(_event.c.occurred_at >= bindparam("since"), _event.c.occurred_at < bindparam("before"))
    .group_by(_event.c.kind, _summary)
)
"""All kinds: with a condition on the kind, SQLite would read all events of these kinds instead of those of the span."""

_OLDEST = select(func.min(_event.c.occurred_at))

_STANDS_FOR = re.compile(r"and ([0-9]+) more")
"""As `events.summary_detail` writes it."""


def count_kinds(db: Connection, span: Span) -> Counter[str]:
    """How many events of each kind happened in the span. A summary row counts as the events for which it stands."""
    counts: Counter[str] = Counter()
    for kind, summary, rows in db.execute(_COUNT, {"since": span.since, "before": span.before}):
        stands_for = _STANDS_FOR.fullmatch(summary)
        counts[kind] += rows * (int(stands_for[1]) if stands_for else 1)
    return counts


def oldest(db: Connection) -> datetime | None:
    """When the oldest event happened that the log still has; None if it is empty."""
    return db.execute(_OLDEST).scalar()
