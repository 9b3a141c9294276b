"""The database is away: the API says so and when to try again; a page says so, stays as it is, and nobody is signed out."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from types import SimpleNamespace

import pytest
import reflex as rx
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from reflex.event import Event
from reflex.state import State
from reflex_base.event.context import EventContext
from sqlalchemy.exc import IntegrityError

from rxapp.auth import Database, DatabaseUnavailable
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web import SetPasswordState
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.event_gate import PageGate
from rxapp.auth.web.auth_state.outage import OutageState, telling_failures
from rxapp.auth.web.auth_state.state import IN, UNKNOWN, AuthState
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages import registry as open_pages
from rxapp.auth.web.open_pages.watch import SessionWatch, _keep_looking
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.reflex_internals.app import default_backend_exception_handler
from rxapp.auth.web.reflex_internals.events import note_failed_events
from rxapp.auth.web.reflex_internals.state_managers import LockExpired
from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.conftest import PASSWORD, empty
from tests.outage import Outage
from tests.web.auth_state.test_event_gate import HYDRATE, of_a_page


class Notes(rx.State):
    """Private data, and a handler that loads it."""

    notes: list[str] = []

    @event
    async def load(self):
        self.notes = [f"of {current_user().user_name}"]


@pytest.fixture
def database(postgresql_url):
    database = Database(postgresql_url)
    yield database
    empty(database)
    database.dispose()


@pytest.fixture
def outage(database, postgresql_url):
    outage = Outage(postgresql_url)
    yield outage
    outage.dispose()


def sent_after(error, *, otherwise=default_backend_exception_handler, told=lambda _: None) -> list:
    """What a page is sent without its state after the login form's handler has failed. `told` gets the event that follows."""
    sent = []

    async def emit(client_token, delta) -> None:
        sent.append((client_token, delta))

    async def fail(**_given) -> None:
        raise error

    async def scenario() -> None:
        app = SimpleNamespace(event_processor=SimpleNamespace(_execute_event=fail))
        note_failed_events(app)
        context = EventContext(token="a page", state_manager=None, enqueue_impl=None, emit_delta_impl=emit)
        entry = SimpleNamespace(ctx=context, event=Event(name="login", router_data={"pathname": "/login"}))
        with pytest.raises(type(error)):
            await app.event_processor._execute_event(entry=entry, registered_handler=SimpleNamespace(states=(LoginState,)))
        EventContext.set(context)
        told(telling_failures(otherwise)(error))
        await asyncio.sleep(0)

    in_a_loop(scenario())
    return sent


def in_a_loop(coroutine):
    """Run it on an event loop in a thread of its own, for Playwright's occupies the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, coroutine).result()


def run(page: State, of: type[rx.State], name: str, *args) -> list:
    """Call the handler as Reflex does, and collect what it yields."""

    async def collect() -> list:
        result = of.event_handlers[name].fn(await page.get_state(of), *args)
        if hasattr(result, "__aiter__"):
            return [chained async for chained in result if chained is not None]
        return [await result]

    return in_a_loop(collect())


def part(page: State, of: type[rx.State]):
    return in_a_loop(page.get_state(of))


class TestTheApi:
    REQUESTS = {
        "login": lambda client, _: client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD}),
        "refresh": lambda client, tokens: client.post("/api/token/refresh", json=refresh_body(tokens)),
        "revoke": lambda client, tokens: client.post("/api/token/revoke", headers=bearer(tokens)),
        "read": lambda client, tokens: client.get("/api/customers", headers=bearer(tokens)),
        "me": lambda client, tokens: client.get("/api/me", headers=bearer(tokens)),
        "confirm": lambda client, tokens: client.post("/api/auth/confirm", headers=bearer(tokens), json={"password": PASSWORD}),
    }

    def test_answers_503_with_retry_after_and_no_traceback_and_afterwards_the_same_tokens_are_good(self, client, tokens, outage):
        outage.begin()
        for request in self.REQUESTS.values():
            answer = request(client, tokens)
            assert_problem(answer, 503, "temporarily_unavailable")
            assert answer.headers["retry-after"] == "1"
            assert "psycopg" not in answer.text
        outage.end()
        for name in ("read", "me", "login", "refresh", "confirm"):  # the last one replaces the session
            assert self.REQUESTS[name](client, tokens).status_code < 300, name


class TestAPage:
    @pytest.fixture
    def page(self, service, pair):
        """The state of a page that shows private data."""
        use_service(service)
        page = State(_reflex_internal_init=True)
        auth = part(page, AuthState)
        auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token
        run(page, Notes, "load")
        assert auth.status == IN
        return page

    @pytest.mark.parametrize("minutes_away", [0, 6])
    def test_keeps_its_person_in_and_what_it_shows_whether_or_not_it_has_to_rotate(self, page, outage, clock, minutes_away):
        clock.move(minutes=minutes_away)
        outage.begin()
        part(page, Notes).notes = ["as it was"]
        with pytest.raises(DatabaseUnavailable):
            run(page, Notes, "load")
        auth = part(page, AuthState)
        assert (auth.status, auth.user_name, dict(auth.storage_command)) == (IN, "johndoe", {})
        assert list(part(page, Notes).notes) == ["as it was"]
        outage.end()
        run(page, Notes, "load")
        assert list(part(page, Notes).notes) == ["of johndoe"]

    def test_is_told_and_the_log_gets_a_line_and_no_traceback(self, page, outage, caplog):
        outage.begin()
        with pytest.raises(DatabaseUnavailable) as away:
            run(page, Notes, "load")
        told = []
        sent_after(away.value, told=told.append)
        assert "tell" in told[0].handler.fn.__name__
        assert "Traceback" not in caplog.text
        assert "an event could not be handled: the database is unavailable" in caplog.text

    def test_says_so_until_the_database_has_answered_again(self, page, outage):
        run(page, OutageState, "tell", True)
        assert "You are still signed in" in part(page, OutageState).sentence
        run(page, Notes, "load")
        assert part(page, OutageState).sentence == ""
        run(page, OutageState, "tell", False)
        assert "look whether it was done" in part(page, OutageState).sentence
        run(page, OutageState, "dismiss")
        assert part(page, OutageState).sentence == ""

    @pytest.mark.parametrize("error", [RedisConnectionError, RedisTimeoutError, ReadOnlyError, OutOfMemoryError, LockExpired])
    def test_is_told_that_redis_does_not_do_its_work_without_its_state_which_lies_there(self, error, caplog):
        ((client_token, delta),) = sent_after(error("secret:6379"))
        assert client_token == "a page"
        assert "look whether it was done" in delta[OutageState.get_full_name()]["sentence_rx_state_"]
        assert delta[LoginState.get_full_name()] == {"is_busy_rx_state_": False}
        assert "secret" not in caplog.text

    @pytest.mark.parametrize("error", [ValueError, KeyError, IntegrityError])
    def test_is_told_of_any_other_failure_with_the_number_that_stands_in_the_log(self, error, caplog):
        raised = error("secret", {}, ValueError("secret")) if error is IntegrityError else error("secret")
        ((_, delta),) = sent_after(raised)
        sentence = delta[OutageState.get_full_name()]["sentence_rx_state_"]
        assert "Something went wrong on our side." in sentence
        assert "secret" not in sentence
        assert len(sentence.split()[-1].rstrip(".")) == 16
        assert "an event handler failed" in caplog.text
        assert delta[LoginState.get_full_name()] == {"is_busy_rx_state_": False}

    def test_may_be_told_more_by_the_apps_own_handler(self):
        told = []
        sent_after(ValueError("x"), otherwise=told.append)
        assert [str(error) for error in told] == ["x"]

    def test_that_asks_to_log_out_is_not_told_that_it_is_while_the_session_still_stands(self, page, outage, service, pair):
        outage.begin()
        with pytest.raises(DatabaseUnavailable):
            run(page, AuthState, "log_out")
        assert part(page, AuthState).status == IN
        outage.end()
        run(page, AuthState, "log_out")
        assert part(page, AuthState).status != IN

    def test_that_is_opened_waits_and_is_loaded_once_the_database_is_back(self, page, outage, service, monkeypatch):
        loaded = []
        monkeypatch.setattr(open_pages, "_push", lambda client_token, state, act: loaded.append((client_token, state)))
        watch = SessionWatch(service)
        outage.begin()
        with pytest.raises(DatabaseUnavailable):
            run(page, AuthState, "enter")
        with pytest.raises(DatabaseUnavailable):
            in_a_loop(watch.look())
        assert loaded == []
        outage.end()
        in_a_loop(watch.look())
        assert loaded == [(part(page, AuthState).router.session.client_token, AuthState)]

    def test_that_is_opened_and_asks_nobody_who_is_there_is_loaded_once_the_database_is_back_too(
        self, outage, service, pair, monkeypatch
    ):
        loaded = []
        monkeypatch.setattr(open_pages, "_push", lambda client_token, state, act: loaded.append((client_token, state)))
        use_service(service)
        page = State(_reflex_internal_init=True)
        auth = part(page, AuthState)
        auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token
        outage.begin()
        with pytest.raises(DatabaseUnavailable):
            run(page, Notes, "load")
        outage.end()
        in_a_loop(SessionWatch(service).look())
        assert loaded == [(part(page, AuthState).router.session.client_token, AuthState)]

    def test_that_connects_is_shown_nothing_private_and_not_signed_out(self, page, outage, pair):
        """Nobody can tell whether its tokens are still good."""
        outage.begin()
        name = f"{AuthState.get_full_name()}"
        reported = {f"{name}.jwt": pair.access_token, f"{name}.refresh_token": pair.refresh_token}
        hydrate = rx.event.Event(name=HYDRATE, payload={"vars": reported})
        in_a_loop(PageGate().preprocess(None, page, of_a_page(hydrate)))
        auth = part(page, AuthState)
        assert (auth.status, auth.user_name, dict(auth.storage_command)) == (UNKNOWN, "", {})
        assert (auth.jwt, auth.refresh_token) == (pair.access_token, pair.refresh_token)
        assert list(part(page, Notes).notes) == []
        outage.end()
        run(page, Notes, "load")
        assert part(page, AuthState).status == IN

    @pytest.mark.parametrize("form_of", [LoginState, SetPasswordState])
    def test_a_form_says_so_where_it_was_filled_in_and_can_be_sent_again(
        self, page, outage, service, johndoe, form_of, monkeypatch
    ):
        link = service.administration.issue_password_link(johndoe.id)
        monkeypatch.setattr(SetPasswordState, "_token", lambda _: link)
        long_password = "plumb orbit cadet vixen"
        form = {"username": "johndoe", "password": PASSWORD}
        form |= {"new_password": long_password, "new_password_again": long_password}
        outage.begin()
        run(page, form_of, "submit", form)
        state = part(page, form_of)
        assert "try again" in state.error
        assert not state.is_busy
        outage.end()
        (*_, redirect) = run(page, form_of, "submit", form)
        assert "redirect" in json.dumps(str(redirect))


def test_the_watch_says_once_that_it_cannot_see_and_goes_on(service, outage, caplog, monkeypatch):
    use_service(service)
    seen = []

    class Watch(SessionWatch):
        async def look(self):
            if len(seen) == 5:
                raise asyncio.CancelledError
            seen.append("looked")
            await super().look()

    monkeypatch.setattr("rxapp.auth.web.open_pages.watch.INTERVAL_SECONDS", 0)
    outage.begin()
    with pytest.raises(asyncio.CancelledError):
        in_a_loop(_keep_looking(Watch(service)))
    assert caplog.text.count("sessions cannot be watched: DatabaseUnavailable") == 1
