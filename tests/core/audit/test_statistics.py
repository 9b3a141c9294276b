"""How often something has happened, by the day or the hour: each event counts once, in the span in which it happened."""

from datetime import UTC, datetime, timedelta

import pytest

from rxapp.auth.core.audit import events, statistics
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.periods import DAYS, HOURS

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

OTHERS = {
    EventKind.LOGIN,
    EventKind.LOGIN_FAILED,
    EventKind.SECOND_FACTOR_ASKED,
    EventKind.SESSION_REVOKED,
    EventKind.SESSION_REPLACED,
    EventKind.PASSWORD_CONFIRMED,
    EventKind.SECOND_FACTOR_CONFIRMED,
    EventKind.PASSWORD_CHANGED,
    EventKind.PASSWORD_SET,
    EventKind.PASSWORD_LINK_ISSUED,
    EventKind.USER_REGISTERED,
    EventKind.USER_CREATED,
    EventKind.USER_RENAMED,
    EventKind.USER_DISABLED,
    EventKind.USER_ENABLED,
    EventKind.USER_DELETED,
    EventKind.ROLES_CHANGED,
    EventKind.SECOND_FACTOR_RESET,
    EventKind.DEVICE_TRUSTED,
    EventKind.DEVICE_TRUST_ENDED,
    EventKind.KEYS_ROTATED,
}


def write(database, kind, *moments, **facts):
    with database.transaction() as db:
        for moment in moments:
            events.record(db, kind, moment, **facts)


def counted(database, period, now):
    with database.connect() as db:
        return [statistics.count_kinds(db, span) for span in period.spans(now)]


def test_every_kind_of_event_is_a_refusal_or_known_to_be_none():
    assert set(statistics.REFUSALS) | OTHERS == set(EventKind)
    assert set(statistics.REFUSALS) & OTHERS == set()


class TestBorders:
    def test_the_first_moment_of_a_day_belongs_to_it_and_the_last_of_the_day_before_does_not(self, database):
        write(database, EventKind.LOGIN, MIDNIGHT - MOMENT, MIDNIGHT, MIDNIGHT + timedelta(days=1) - MOMENT)
        *_, day_before, today = counted(database, DAYS, MIDNIGHT)
        assert (day_before, today) == ({"login": 1}, {"login": 2})

    def test_so_it_is_with_an_hour(self, database):
        noon = MIDNIGHT + timedelta(hours=12)
        write(database, EventKind.LOGIN_FAILED, noon - MOMENT, noon, noon + timedelta(hours=1) - MOMENT)
        *_, hour_before, this_hour = counted(database, HOURS, noon)
        assert (hour_before, this_hour) == ({"login_failed": 1}, {"login_failed": 2})

    def test_what_is_older_than_the_period_is_not_counted(self, database):
        begin = DAYS.spans(MIDNIGHT)[0].since
        write(database, EventKind.LOGIN, begin - MOMENT, begin)
        counts = counted(database, DAYS, MIDNIGHT)
        assert sum(count.total() for count in counts) == 1
        assert counts[0] == {"login": 1}


class TestKinds:
    def test_each_is_counted_by_itself(self, database):
        for kind in (EventKind.LOGIN, EventKind.LOGIN, EventKind.THROTTLED):
            write(database, kind, MIDNIGHT)
        assert counted(database, DAYS, MIDNIGHT)[-1] == {"login": 2, "throttled": 1}

    def test_a_summary_counts_as_the_events_for_which_it_stands(self, database):
        write(database, EventKind.PERMISSION_DENIED, *[MIDNIGHT] * 3, detail="Notes.delete")
        write(database, EventKind.PERMISSION_DENIED, MIDNIGHT, detail=events.summary_detail(1200))
        assert counted(database, DAYS, MIDNIGHT)[-1] == {"permission_denied": 1203}

    @pytest.mark.parametrize("detail", ["and many more", "and  more", "and -4 more", "and 4 more or less", "command 4 more"])
    def test_a_detail_that_only_looks_like_a_summary_is_one_event(self, database, detail):
        write(database, EventKind.PERMISSION_DENIED, MIDNIGHT, detail=detail)
        assert counted(database, DAYS, MIDNIGHT)[-1] == {"permission_denied": 1}

    def test_a_span_without_events_is_empty(self, database):
        assert counted(database, HOURS, MIDNIGHT) == [{}] * 48


class TestOldest:
    def test_is_the_time_of_the_first_event(self, database):
        write(database, EventKind.LOGIN, MIDNIGHT, MIDNIGHT - timedelta(days=3))
        with database.connect() as db:
            assert statistics.oldest(db) == MIDNIGHT - timedelta(days=3)

    def test_of_an_empty_log_is_nothing(self, database):
        with database.connect() as db:
            assert statistics.oldest(db) is None
