"""The spans of time in which events are counted: whole days and whole hours of UTC, whatever the server's own zone."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from rxapp.auth.core.audit.periods import DAYS, HOURS

NOON = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_last_thirty_days_end_with_today():
    spans = DAYS.spans(NOON)
    assert len(spans) == 30
    assert (spans[0].since, spans[-1].since) == (at("2026-01-31"), at("2026-03-01"))
    assert spans[-1].before == at("2026-03-02")


def test_the_last_forty_eight_hours_end_with_the_present_one():
    spans = HOURS.spans(NOON)
    assert len(spans) == 48
    assert (spans[0].since, spans[-1].since) == (at("2026-02-27T13:00"), at("2026-03-01T12:00"))


def test_each_span_begins_where_the_one_before_ends():
    for period in (DAYS, HOURS):
        spans = period.spans(NOON)
        assert all(earlier.before == later.since for earlier, later in pairwise(spans))


def test_a_span_holds_its_first_moment_and_not_the_first_of_the_next():
    midnight = at("2026-03-01")
    assert DAYS.spans(midnight)[-1].since == midnight
    assert DAYS.spans(midnight - timedelta(microseconds=1))[-1].before == midnight


def test_a_clock_of_another_zone_counts_the_days_of_utc():
    late_there = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert DAYS.spans(late_there)[-1].since == at("2026-03-02")
