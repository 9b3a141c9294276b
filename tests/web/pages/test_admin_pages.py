"""The pages of administration: what an event sent by hand may hold instead of what a form or a button sends."""

import pytest

from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.web.pages.events import EventsState
from rxapp.auth.web.pages.users import UsersState
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.testing import signed_in_as, use_new_service


@pytest.fixture
def page(tmp_path):
    service = use_new_service(tmp_path)
    yield signed_in_as("ada", roles=[ADMIN_ROLE])
    service.database.dispose()


class TestTheFilterOfEvents:
    @pytest.mark.parametrize("day", ["9999-12-31", "0000-01-01", "10000-01-01", "9" * 5_000, "tomorrow"])
    def test_a_day_that_the_calendar_does_not_have_is_refused_in_words(self, page, day):
        page.call(EventsState.filter_by, {"since": day, "until": day})
        assert page.state(EventsState).error == site.texts.events.wrong_day

    def test_the_last_day_but_one_is_a_day(self, page):
        page.call(EventsState.filter_by, {"since": "0001-01-01", "until": "9999-12-30"})
        assert page.state(EventsState).error == ""
        assert page.state(EventsState).total > 0


@pytest.mark.parametrize("state", [EventsState, UsersState])
class TestTurningPages:
    @pytest.mark.parametrize("by", [10**400, -(10**400), float("inf"), float("nan"), True, None, "1", [1]])
    def test_by_what_no_button_sends_stays_within_the_pages(self, page, state, by):
        page.call(state.load)
        page.call(state.turn_page, by)
        assert page.state(state).page == 1
