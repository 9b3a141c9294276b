"""The figures for administrators: what they count, and with what they compare."""

import pytest

from rxapp.auth import InvalidCredentials
from tests.conftest import PASSWORD


def fail(service, user_name="johndoe"):
    with pytest.raises(InvalidCredentials):
        service.log_in(user_name, "wrong")


def test_of_a_service_that_nobody_has_used(service):
    figures = service.overview.figures()
    assert (figures.users, figures.active_sessions, figures.is_new) == (0, 0, True)
    assert figures.today == figures.day_before == {}


def test_users_and_log_ins_of_today(service, johndoe):
    service.log_in("johndoe", PASSWORD)
    service.log_in("johndoe", PASSWORD)
    fail(service)
    fail(service, "nobody")
    figures = service.overview.figures()
    assert (figures.users, figures.new_users) == (1, 1)
    assert (figures.today["login"], figures.today["login_failed"]) == (2, 2)
    assert figures.day_before == {}


def test_the_day_before_counts_until_the_same_time_of_day(service, johndoe, clock):
    service.log_in("johndoe", PASSWORD)
    clock.move(hours=3)
    service.log_in("johndoe", PASSWORD)
    clock.move(hours=22)
    figures = service.overview.figures()
    assert figures.today["login"] == 0
    assert figures.day_before["login"] == 1, "the second one was later that day than it is now"
    clock.move(hours=2, seconds=1)
    assert service.overview.figures().day_before["login"] == 2
    clock.move(days=1)
    assert service.overview.figures().day_before == {}


def test_a_day_ends_at_midnight_in_utc(service, johndoe, clock):
    clock.move(hours=11, minutes=59)
    service.log_in("johndoe", PASSWORD)
    clock.move(minutes=1)
    service.log_in("johndoe", PASSWORD)
    assert service.overview.figures().today["login"] == 1


class TestActiveSessions:
    def test_are_those_that_have_neither_ended_nor_idled_out(self, service, johndoe, clock):
        idle = service.log_in("johndoe", PASSWORD)
        clock.move(seconds=service.settings.session_idle_timeout.total_seconds() - 1)
        service.end_session_of(service.log_in("johndoe", PASSWORD).access_token)
        service.log_in("johndoe", PASSWORD)
        assert idle
        assert service.overview.figures().active_sessions == 2
        clock.move(seconds=2)
        assert service.overview.figures().active_sessions == 1
        clock.move(days=30)
        assert service.overview.figures().active_sessions == 0

    def test_are_those_of_all_users(self, service, johndoe):
        service.create_user("alice", PASSWORD)
        for user_name in ("johndoe", "alice", "alice"):
            service.log_in(user_name, PASSWORD)
        assert service.overview.figures().active_sessions == 3


def test_a_log_that_began_today_is_new_and_one_of_yesterday_is_not(service, johndoe, clock):
    assert service.overview.figures().is_new
    clock.move(days=1)
    assert not service.overview.figures().is_new


def test_the_counts_of_a_span(service, johndoe, clock):
    service.log_in("johndoe", PASSWORD)
    clock.move(hours=1)
    fail(service)
    *_, hour_before, this_hour = [service.overview.count(span) for span in service.overview.spans("hour")]
    assert hour_before == {"user_created": 1, "login": 1}
    assert this_hour == {"login_failed": 1}
    assert service.overview.count(service.overview.spans("day")[-1]).total() == 3
