"""Periods: a row of equal spans of time in UTC, the last of which holds the present moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Days and hours of UTC begin at whole multiples of themselves after it: UTC has no summer time."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, and `before` the other. Both are aware and in UTC."""

    since: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """`number` spans of the length `step`, a day or an hour."""

    step: timedelta
    number: int

    def spans(self, now: datetime) -> list[Span]:
        """The spans up to the one that holds `now`, which is aware; the oldest first."""
        current = start_of(self.step, now)
        starts = [current - self.step * back for back in reversed(range(self.number))]
        return [Span(start, start + self.step) for start in starts]


def start_of(step: timedelta, moment: datetime) -> datetime:
    """When the day or the hour of UTC began that holds this moment."""
    return moment.astimezone(UTC) - (moment - _EPOCH) % step


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = Period(DAY, 30)
HOURS = Period(HOUR, 48)
