"""The table of `docs/guide/protect.md`: each row is held up by tests, and no row stands there without."""

import re

import pytest

from tests.conftest import ROOT
from tests.test_asvs_document import names_in

TURNS = "sockets/test_people_who_take_turns.py"
STARTED = f"{TURNS}::TestWhatAPersonHasStarted"
LOADED = f"{TURNS}::TestWhatAPersonHasLoaded"
NEXT_PERSON = f"{STARTED}::test_it_does_not_reach_the_next_person_in_the_tab"

TESTS = {
    "@auth.page, auth.guarded": [
        "e2e/test_sign_out.py",
        "web/open_pages/test_registry.py",
        "sockets/test_guarded_pages.py::test_for_nobody_no_handler_runs_and_they_are_sent_to_the_login_page",
    ],
    "@auth.event": [f"{STARTED}::test_a_long_handler_ends_when_its_person_is_disabled"],
    '@auth.event(roles=["Editor"])': [
        "web/test_events.py::test_a_handler_of_any_kind_does_not_run_for_a_user_without_the_role",
        f"{LOADED}::test_and_when_they_have_lost_a_role",
        f"{STARTED}::test_a_long_handler_ends_when_the_role_is_taken_away",
    ],
    "@auth.event(fresh=True)": [
        "web/test_events.py::TestFresh::test_later_they_wait_and_the_password_is_asked_for",
        "web/test_events.py::TestFresh::test_becoming_nobody_drops_the_event_too",
    ],
    '@auth.event(strength="two factors"), @auth.page(…, strength="two factors")': [
        "web/test_events.py::TestStrength",
        "e2e/test_step_up.py",
    ],
    "@auth.event(public=True), @rx.event": [
        "web/test_events.py::test_what_is_public_runs_for_nobody_and_names_nobody",
        "web/reflex_internals/test_registered_handlers.py",
        f"{STARTED}::test_a_public_handler_runs_to_its_end",
    ],
    "@auth.event(background=True)": [NEXT_PERSON, f"{STARTED}::test_it_does_not_reach_the_login_page"],
    "return Other.show(text), yield Other.show(text)": [
        f"{STARTED}::test_what_a_handler_chains_does_not_reach_the_next_person_who_signs_in_at_that_moment",
        NEXT_PERSON,
    ],
    "yield rx.download(…)": [NEXT_PERSON, f"{STARTED}::test_it_does_not_reach_the_login_page"],
    "await self.other()": ["web/test_direct_calls.py::test_who_is_not_let_in_ends_the_one_who_called_too"],
    "an upload handler": [
        "sockets/test_uploads.py::TestWithATicket::test_the_handler_runs_for_the_one_who_has_asked_for_it",
        "sockets/test_uploads.py::test_what_one_person_uploads_is_not_taken_for_the_next_ones",
    ],
    "@rx.var": [
        "web/test_computed_vars.py::test_it_is_computed_for_nobody_too",
        "web/reflex_internals/test_state_reset.py::test_computed_vars_are_computed_anew_and_what_lasts_as_long_as_the_tab_is_emptied",
    ],
    "rx.ComponentState, a state made in a function": [f"{LOADED}::test_it_is_forgotten_when_they_leave"],
    "rx.SharedState": [
        f"{TURNS}::TestARoom::test_it_is_not_emptied_by_one_who_leaves_nor_by_a_refused_event_nor_by_a_visit",
        f"{TURNS}::TestARoom::test_the_other_tabs_of_a_session_that_ends_leave_it_too",
    ],
    "rx.SessionStorage": [
        "web/reflex_internals/test_state_reset.py::test_computed_vars_are_computed_anew_and_what_lasts_as_long_as_the_tab_is_emptied"
    ],
    "rx.LocalStorage, rx.Cookie": [
        "web/reflex_internals/test_state_reset.py::test_what_lives_in_the_browsers_storage_is_left_to_the_browser"
    ],
    "auth.require()": ["http/api/test_guarded_routes.py", "http/api/test_require_elsewhere.py"],
}


def rows() -> list[str]:
    text = (ROOT / "docs" / "guide" / "protect.md").read_text()
    table = text.partition("| You write |")[2].partition("\n\n")[0]
    return [
        ", ".join(re.findall(r"`([^`]+)`", first)) or first for first in re.findall(r"^\| (?!-)([^|]+) \|", table, re.MULTILINE)
    ]


def test_each_row_of_the_table_has_tests_and_no_row_is_missing():
    written = [row.replace(", any other event for the browser", "") for row in rows()]
    expected = [row.removesuffix(", a state made in a function") for row in TESTS]
    assert written == expected


@pytest.mark.parametrize("row", TESTS)
def test_the_tests_of_a_row_are_there(row):
    for named in TESTS[row]:
        file, _, name = named.partition("::")
        assert not name or f"::{name}" in names_in(file), named
        assert names_in(file)
