"""The overview of the administration: what its state shows of the audit log, by day and by hour."""

import pytest

from rxapp.auth import InvalidCredentials
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.web.pages.overview import OverviewState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.testing import PASSWORD, nobody, signed_in_as, use_new_service
from tests.clock import MovableClock


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def service(tmp_path, clock):
    service = use_new_service(tmp_path, clock=clock)
    service.create_user("ada", PASSWORD, roles=[ADMIN_ROLE])
    yield service
    service.database.dispose()


@pytest.fixture
def page(service):
    return signed_in_as("ada")


@pytest.fixture
def shown(page):
    page.call(OverviewState.load)
    return page.state(OverviewState)


def fail(service):
    with pytest.raises(InvalidCredentials):
        service.log_in("ada", "wrong")


def test_the_last_thirty_days_are_shown_at_first_and_today_is_the_last(shown):
    assert shown.unit == "day"
    assert len(shown.starts) == len(shown.logins) == len(shown.failed) == len(shown.rows) == 30
    assert (shown.starts[0], shown.starts[-1]) == ("2025-12-03T00:00:00+00:00", "2026-01-01T00:00:00+00:00")
    assert (shown.logins[-1], sum(shown.logins)) == (1, 1)


def test_the_switch_shows_the_last_forty_eight_hours_and_the_days_again(page, service, clock):
    clock.move(hours=1)
    fail(service)
    page.call(OverviewState.show_per, "hour")
    shown = page.state(OverviewState)
    assert (shown.unit, len(shown.starts), shown.starts[-1]) == ("hour", 48, "2026-01-01T13:00:00+00:00")
    assert (shown.logins[-2:], shown.failed[-2:]) == ([1, 0], [0, 1])
    page.call(OverviewState.show_per, "day")
    assert page.state(OverviewState).logins[-1] == 1


def test_the_newest_numbers_are_of_the_unit_that_is_shown(page, shown, service):
    page.call(OverviewState.show_per, "hour")
    fail(service)
    page.call(OverviewState.refresh)
    assert (shown.unit, shown.failed_today, shown.failed[-1], len(shown.failed)) == ("hour", 1, 1, 48)


@pytest.mark.parametrize("unit", ["", "week", None, 1, ["hour"], {"hour": 1}])
def test_what_the_switch_never_sends_changes_nothing(page, shown, unit):
    page.call(OverviewState.show_per, unit)
    assert (page.state(OverviewState).unit, len(page.state(OverviewState).starts)) == ("day", 30)


def test_the_figures_compare_with_the_day_before(page, service, clock):
    fail(service)
    clock.move(days=1)
    service.log_in("ada", PASSWORD)
    service.log_in("ada", PASSWORD)
    page = signed_in_as("ada")
    page.call(OverviewState.load)
    shown = page.state(OverviewState)
    assert (shown.users, shown.new_users, shown.is_new) == (1, 0, False)
    assert (shown.logins_today, shown.logins_before) == (3, 0), "what is a day old to the second is not before this time"
    clock.move(seconds=1)
    page.call(OverviewState.load)
    assert (page.state(OverviewState).logins_before, page.state(OverviewState).failed_before) == (1, 1)


class TestRefusals:
    def test_have_a_row_for_each_reason_that_happened_and_the_most_frequent_is_first(self, page, service, clock):
        service.record(EventKind.UPLOAD_REFUSED)
        clock.move(days=1)
        for _ in range(3):
            service.record(EventKind.PERMISSION_DENIED)
        page = signed_in_as("ada")
        page.call(OverviewState.load)
        shown, words = page.state(OverviewState), site.texts.overview.reasons
        assert [(row.reason, row.total) for row in shown.refusals] == [(words.permission_denied, 3), (words.upload_refused, 1)]
        assert (shown.refusals[0].counts[-2:], shown.refusals[1].counts[-2:], shown.top) == ([0, 3], [1, 0], 3)

    def test_have_a_column_each_in_the_table_and_the_newest_row_is_first(self, page, service):
        service.record(EventKind.THROTTLED)
        service.record(EventKind.THROTTLED)
        service.record(EventKind.TOKEN_REUSED)
        page.call(OverviewState.load)
        shown = page.state(OverviewState)
        newest, day_before, *_ = shown.rows
        assert [row.reason for row in shown.refusals] == ["Slowed down", "Login used in two places"]
        assert (newest.at, newest.logins, newest.failed, newest.refused) == ("2026-01-01T00:00:00+00:00", 1, 0, [2, 1])
        assert (day_before.at, day_before.refused) == ("2025-12-31T00:00:00+00:00", [0, 0])

    def test_are_none_at_first(self, shown):
        assert (shown.refusals, shown.top, shown.rows[0].refused) == ([], 0, [])


def test_a_fresh_install_is_said_to_be_new_and_not_on_the_next_day(page, shown, clock):
    assert shown.is_new
    clock.move(days=1)
    page = signed_in_as("ada")
    page.call(OverviewState.load)
    assert not page.state(OverviewState).is_new


@pytest.mark.parametrize("visitor", ["nobody", "a user", "a manager"])
def test_whoever_is_no_administrator_is_shown_nothing(service, visitor):
    roles = ["Manager"] if visitor == "a manager" else []
    page = nobody() if visitor == "nobody" else signed_in_as("johndoe", roles=roles)
    page.call(OverviewState.load)
    page.call(OverviewState.show_per, "hour")
    shown = page.state(OverviewState)
    assert (shown.starts, shown.rows, shown.users, shown.unit, shown.now) == ([], [], 0, "day", "")
