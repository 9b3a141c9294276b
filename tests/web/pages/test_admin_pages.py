"""The pages of administration: what an event sent by hand may hold instead of what a form or a button sends."""

import pytest

from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.pages.events import EventsState
from rxapp.auth.web.pages.user import UserState
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


class TestTheListOfUsers:
    def test_a_form_that_is_sent_twice_makes_one_account_and_its_link_stays(self, page):
        form = {"username": "anna", "display_name": "", "roles": ""}
        page.call(UsersState.create, form)
        link = page.state(UsersState).link
        page.call(UsersState.create, form)
        assert (page.state(UsersState).created, page.state(UsersState).error) == ("anna", "")
        assert page.state(UsersState).link == link

    def test_closing_the_dialog_forgets_the_link(self, page):
        page.call(UsersState.create, {"username": "anna", "display_name": "", "roles": ""})
        page.call(UsersState.close_form)
        assert page.state(UsersState).link == ""

    @pytest.mark.parametrize("order", ["password_hash", "", None, 1, [], {}, "name; DROP TABLE auth_user"])
    def test_it_is_sorted_by_nothing_but_its_columns(self, page, order):
        page.call(UsersState.load)
        page.call(UsersState.sort_by, order)
        assert page.state(UsersState).order == "name"
        assert page.state(UsersState).total > 0

    def test_who_was_made_without_a_password_is_shown_so(self, page):
        page.call(UsersState.create, {"username": "zoe", "display_name": "Zoë", "roles": "Manager, Auditor"})
        row = page.state(UsersState).rows[-1]
        assert (row.user_name, row.roles, row.has_password, row.last_seen_at) == ("zoe", ["Auditor", "Manager"], False, "")


class TestOneUser:
    @pytest.fixture
    def opened(self, page, monkeypatch):
        """As the address of the page names the user."""
        user, _ = get_service().administration.create_user("anna", "Anna", [])
        monkeypatch.setattr(UserState, "_user_id", lambda _: user.id)
        page.call(UserState.load)
        return user

    def test_a_name_that_is_refused_is_about_its_field_and_leaves_the_dialog_open(self, page, opened):
        page.call(UserState.open_form)
        page.call(UserState.rename, {"display_name": "x" * 129})
        state = page.state(UserState)
        assert (state.wrong, state.is_editing, state.display_name) == ("display_name", True, "Anna")
        page.call(UserState.rename, {"display_name": "Anna K."})
        assert (state.error, state.is_editing, state.display_name) == ("", False, "Anna K.")

    def test_whoever_was_deleted_is_said_by_name_and_deleting_again_changes_nothing(self, page, opened):
        for _ in range(2):
            page.call(UserState.delete)
            assert page.state(UserState).deleted == "anna"
        assert get_service().administration.find_user("anna") is None

    def test_the_same_words_twice_are_two_notices(self, page, opened):
        page.call(UserState.enable)
        first = page.state(UserState).said
        page.call(UserState.enable)
        second = page.state(UserState).said
        assert first.text == second.text == site.texts.user.done
        assert first.number != second.number


@pytest.mark.parametrize("state", [EventsState, UsersState])
class TestTurningPages:
    @pytest.mark.parametrize("by", [10**400, -(10**400), float("inf"), float("nan"), True, None, "1", [1]])
    def test_by_what_no_button_sends_stays_within_the_pages(self, page, state, by):
        page.call(state.load)
        page.call(state.turn_page, by)
        assert page.state(state).page == 1
