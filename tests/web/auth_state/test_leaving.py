"""What the server says when a page is left, and that pages which an author declared without our guard behave as ours do."""

from uuid import UUID

import pytest
import reflex as rx
from reflex.event import Event
from reflex_base.registry import RegistrationContext

from rxapp.auth.web.auth_state.event_gate import PageGate
from rxapp.auth.web.auth_state.state import IN, OUT, UNKNOWN, AuthState
from rxapp.auth.web.browser_storage.token_store import digest
from rxapp.auth.web.reflex_internals.app import load_first
from tests.conftest import PASSWORD
from tests.web.auth_state.test_event_gate import HYDRATE, of_a_page
from tests.web.test_events import Example, in_a_loop, page, parts, run, signed_in  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def app():
    """One with the page at which all of this happens, and nothing else."""
    before = RegistrationContext.get()
    RegistrationContext.set(before.fork())
    app = rx.App()
    load_first(app, AuthState.enter)
    app.add_page(rx.el.p("hello"), route="/", on_load=Example.for_everyone)
    yield app
    RegistrationContext.set(before)


@pytest.fixture
def shown(signed_in):  # noqa: F811
    """A page that shows its person, and what is private."""
    run(signed_in, "sync", "hello")
    return signed_in


@pytest.fixture
def auth(shown):
    return parts(shown)[0]


@pytest.fixture
def others_pair(service):
    service.create_user("alice", PASSWORD)
    return service.log_in("alice", PASSWORD)


def report(auth, pair):
    auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token


class TestTheWayToTheLoginPage:
    def test_goes_with_the_command_that_empties_storage(self, shown, auth, pair):
        run(shown, "log_out", of=AuthState)
        command = auth.storage_command
        assert (command["if_session"], command["pair"]) == (digest(pair.refresh_token[:26]), None)
        assert (command["go_to"], command["replaces"]) == ("/login?reason=signed_out", False)

    def test_takes_the_place_of_the_page_that_one_comes_back_to(self, shown, auth, clock):
        clock.move(days=8)
        run(shown, "sync", "again")
        assert (auth.storage_command["go_to"], auth.storage_command["replaces"]) == ("/login?reason=session_expired&next=/", True)

    def test_does_not_say_where_they_were_after_an_end_for_good(self, shown, auth, service, pair):
        service.end_session_of(pair.access_token)
        run(shown, "sync", "again")
        assert auth.storage_command["go_to"] == "/login?reason=signed_out"

    def test_touches_no_storage_where_there_is_nothing_to_forget(self, page):  # noqa: F811
        run(page, "sync", "hello")
        assert parts(page)[0].storage_command.keys() == {"id", "go_to", "replaces"}

    def test_is_told_once_for_all_that_a_page_does_meanwhile(self, shown, auth, service, pair):
        service.end_session_of(pair.access_token)
        run(shown, "sync", "again")
        told = dict(auth.storage_command)
        run(shown, "coroutine", "and again")
        assert dict(auth.storage_command) == told, "another command would come in place of it"
        assert (auth.status, list(parts(shown)[1].seen)) == (OUT, [])

    def test_is_told_again_to_a_page_that_has_connected_anew_or_is_another(self, shown, auth):
        run(shown, "log_out", of=AuthState)
        in_a_loop(PageGate().preprocess(None, shown, of_a_page(Event(name=HYDRATE, payload={"vars": {}}))))
        run(shown, "sync", "again")
        told = dict(auth.storage_command)
        assert told["go_to"].endswith("next=/")
        shown._update_router_vars({"asPath": "/account"}, shown.router_data)
        run(shown, "sync", "and again")
        assert auth.storage_command["go_to"].endswith("next=/account")

    def test_a_page_that_may_stay_is_sent_nowhere(self, page):  # noqa: F811
        run(page, "enter", of=AuthState)
        assert "go_to" not in parts(page)[0].storage_command


class TestWhoseThePageIs:
    """What the browser is told, to load the document anew for somebody else."""

    def test_is_the_id_of_its_person_as_long_as_they_are_there(self, shown, auth, johndoe):
        assert (auth.status, UUID(auth.person)) == (IN, johndoe.id)
        run(shown, "log_out", of=AuthState)
        assert auth.person == ""

    def test_stays_the_same_in_another_session_of_theirs(self, shown, auth, service):
        before = auth.person
        report(auth, service.log_in("johndoe", PASSWORD))
        run(shown, "sync", "again")
        assert (auth.status, auth.person) == (IN, before)

    def test_is_another_for_somebody_else(self, shown, auth, others_pair):
        before = auth.person
        report(auth, others_pair)
        run(shown, "for_any_user")
        assert auth.person not in ("", before)


class TestAPageWithoutOurGuard:
    """Its author has declared it with `rx.page`, and what loads it asks nobody who is there."""

    @pytest.mark.parametrize("how", ["session_changed", "go_on", "_load_anew", "_load_events"])
    def test_finds_out_who_is_there_whenever_it_is_loaded_again(self, shown, auth, how):
        events = getattr(auth, how)() if how.startswith("_") else run(shown, how, of=AuthState)[0]
        assert events == [AuthState.enter, Example.for_everyone]

    def test_shows_nothing_more_of_its_person_once_the_browser_holds_somebody_elses_tokens(self, shown, auth, others_pair):
        report(auth, others_pair)
        run(shown, "session_changed", of=AuthState)
        assert (auth.status, auth.person, list(parts(shown)[1].seen)) == (UNKNOWN, "", [])

    def test_log_out_on_it_does_not_sign_out_somebody_else_who_is_there_by_then(self, shown, auth, service, others_pair):
        report(auth, others_pair)
        assert run(shown, "log_out", of=AuthState) == [[AuthState.enter, Example.for_everyone]]
        assert service.verify_access(others_pair.access_token).user_name == "alice"
        assert (auth.status, dict(auth.storage_command), list(parts(shown)[1].seen)) == (UNKNOWN, {}, [])

    def test_shows_it_on_when_they_are_of_another_session_of_that_person(self, shown, auth, service):
        report(auth, service.log_in("johndoe", PASSWORD))
        run(shown, "session_changed", of=AuthState)
        assert (auth.status, list(parts(shown)[1].seen)) == (IN, ["hello johndoe"])


def test_whoever_has_logged_in_is_in_the_middle_of_no_login_wherever_they_completed_it(auth, others_pair):
    """Such as by a link in a message. The forms of a login stay on a page only while one is under way."""
    auth._has_login_under_way = True
    in_a_loop(auth._begin(others_pair))
    assert not auth._has_login_under_way
