"""Limits over HTTP and in the page: 429 and 503 that say when to come again, and nobody is signed out by either."""

import asyncio
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
import reflex as rx
from reflex.state import State

from rxapp.auth import AuthService
from rxapp.auth.core.passwords.hasher import HASHES_AT_A_TIME
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.login_pacing import LOGINS_PER_LOOP_TURN, switch_threads_often
from rxapp.auth.http.middleware.request_border import RequestBorder
from rxapp.auth.http.runtime.service import Overloaded, in_hashing_thread, use_service
from rxapp.auth.web.auth_state.confirmation import ConfirmationState
from rxapp.auth.web.auth_state.event_gate import PageGate
from rxapp.auth.web.auth_state.state import IN, UNKNOWN, AuthState
from rxapp.auth.web.pages.login import LoginState
from rxapp.auth.web.pages.parts.confirm import ConfirmState
from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.conftest import PASSWORD
from tests.web.auth_state.test_event_gate import HYDRATE, of_a_page
from tests.web.test_events import Example, in_a_loop, parts, run

LOGIN = "/api/auth/login"
GOOD = {"username": "johndoe", "password": PASSWORD}
WRONG = {"username": "johndoe", "password": "wrong"}
DEFAULTS = {name: Settings.model_fields[name].default for name in RATE_LIMITS}


@pytest.fixture(scope="session")
def settings(settings):
    return settings.model_copy(update=DEFAULTS)


@pytest.fixture
def database(sqlite_database):
    """No limit counts in the database."""
    return sqlite_database


class TestOverHttp:
    def test_the_sixth_failed_login_is_429_and_says_when_to_try_again(self, client):
        for _ in range(5):
            assert_problem(client.post(LOGIN, json=WRONG), 401, "invalid_credentials")
        refused = client.post(LOGIN, json=GOOD)
        assert_problem(refused, 429, "too_many_requests")
        assert refused.headers["retry-after"] == "60"

    def test_after_that_time_the_right_password_is_good(self, client, clock):
        for _ in range(6):
            refused = client.post(LOGIN, json=WRONG)
        clock.move(seconds=int(refused.headers["retry-after"]))
        assert client.post(LOGIN, json=GOOD).status_code == 200

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/api/auth/confirm", {"password": "wrong"}),
            ("/api/account/password", {"currentPassword": "wrong", "newPassword": "plumb orbit cadet vixen"}),
        ],
    )
    def test_the_password_asked_for_again_is_no_way_around(self, client, tokens, path, body):
        for _ in range(5):
            assert_problem(client.post(path, json=body, headers=bearer(tokens)), 403, "wrong_password")
        assert_problem(client.post(path, json=body, headers=bearer(tokens)), 429, "too_many_requests")

    def test_the_thirty_first_refresh_in_a_minute_is_429_and_the_pair_stays_good(self, client, tokens, clock):
        for _ in range(30):
            tokens = client.post("/api/token/refresh", json=refresh_body(tokens)).json()
        refused = client.post("/api/token/refresh", json=refresh_body(tokens))
        assert_problem(refused, 429, "too_many_requests")
        assert client.get("/api/me", headers=bearer(tokens)).status_code == 200
        clock.move(seconds=int(refused.headers["retry-after"]))
        assert client.post("/api/token/refresh", json=refresh_body(tokens)).status_code == 200

    def test_the_openapi_document_says_so_wherever_it_can_happen(self, api):
        paths = api.openapi()["paths"]
        for path in (LOGIN, "/api/token/refresh", "/api/auth/confirm", "/api/account/password"):
            answers = paths[path]["post"]["responses"]
            assert all("Retry-After" in answers[status]["headers"] for status in ("429", "503")), path


class TestAFlood:
    @pytest.fixture
    def service(self, settings, database, clock):
        """With what a hash costs in earnest, and no limit on how often one may try."""
        real = {"argon2_memory_kib": 19_456, "argon2_time_cost": 2, "login_queue_limit": 4, "login_rate_limit": 0}
        return AuthService(settings.model_copy(update=real), database, clock)

    def test_of_many_logins_at_once_those_beyond_the_line_are_503_at_once(self, client):
        answers = client.post_at_once(LOGIN, 100, json=GOOD)
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(answers) - len(refused) >= 4 + HASHES_AT_A_TIME
        assert len(refused) >= 50
        for answer in refused:
            assert_problem(answer, 503, "temporarily_unavailable")
            assert answer.headers["retry-after"] == "5"
        assert client.post(LOGIN, json=GOOD).status_code == 200

    def test_the_memory_of_a_flood_is_bounded(self, client, service):
        client.post_at_once(LOGIN, 2 * HASHES_AT_A_TIME, json=GOOD)
        before, over = resident_mib(), threading.Event()
        peak = [before]

        def watch():
            while not over.wait(0.002):
                peak.append(resident_mib())

        watcher = threading.Thread(target=watch)
        watcher.start()
        client.post_at_once(LOGIN, 300, json=GOOD)
        over.set()
        watcher.join()
        assert max(peak) - before < HASHES_AT_A_TIME * service.settings.argon2_memory_kib / 1024 + 50

    def test_others_read_on_meanwhile(self, client, tokens):
        async def flood_and_read():
            flood = [asyncio.ensure_future(client._client.post(LOGIN, json=GOOD)) for _ in range(100)]
            read = await client._client.get("/api/me", headers=bearer(tokens))
            is_over = all(login.done() for login in flood)
            await asyncio.gather(*flood)
            return read.status_code, is_over

        assert client._portal.call(flood_and_read) == (200, False)


class TestTheTurnstile:
    """In front of everything: what is begun in one turn of the event loop is done before anybody else's turn comes."""

    def requests_at_once(self, *paths: str, given_up: int = 0) -> list[tuple[str, int]]:
        """The paths in the order in which they were let in, each with the turn of the event loop."""
        let_in, turn = [], 0

        async def app(scope, _receive, _send) -> None:
            let_in.append((scope["path"], turn))

        async def all_of_them() -> None:
            nonlocal turn
            border = RequestBorder(app)
            asked = {"type": "http", "method": "POST", "headers": []}
            requests = [asyncio.ensure_future(border(asked | {"path": path}, None, None)) for path in paths]
            await asyncio.sleep(0)
            for request in requests[:given_up]:
                request.cancel()
            while not all(request.done() for request in requests):
                turn += 1
                await asyncio.sleep(0)
            await border(asked | {"path": LOGIN}, None, None)

        in_a_loop(all_of_them())
        return let_in[:-1]

    def test_where_it_is_served_threads_wait_for_each_other_a_tenth_of_a_millisecond_at_most(self):
        before = sys.getswitchinterval()

        try:
            switch_threads_often()
            assert sys.getswitchinterval() == pytest.approx(0.0001)
            sys.setswitchinterval(0.00005)
            lower = sys.getswitchinterval()
            switch_threads_often()
            assert sys.getswitchinterval() == pytest.approx(lower, abs=2e-6), "one that the app has set stays"
        finally:
            sys.setswitchinterval(before)

    def test_of_a_flood_of_logins_few_are_begun_in_one_turn_and_none_is_forgotten(self):
        turns = Counter(turn for _, turn in self.requests_at_once(*[LOGIN] * 1_000))
        assert turns.total() == 1_000
        assert max(turns.values()) == LOGINS_PER_LOOP_TURN

    def test_whoever_wants_something_else_does_not_stand_in_that_line(self):
        assert self.requests_at_once(*[LOGIN] * 100, "/api/me")[0] == ("/api/me", 0)

    def test_whoever_goes_away_before_it_is_their_turn_holds_up_nobody(self):
        assert len(self.requests_at_once(*[LOGIN] * 10, given_up=3)) == 7


def test_the_line_moves_on_when_a_caller_gives_up(service):
    use_service(service)
    places = HASHES_AT_A_TIME + service.settings.login_queue_limit

    async def give_up():
        gate = threading.Event()
        calls = [asyncio.ensure_future(in_hashing_thread(gate.wait)) for _ in range(places)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await in_hashing_thread(gate.wait)
        calls[-1].cancel()
        await asyncio.sleep(0)
        calls[-1] = asyncio.ensure_future(in_hashing_thread(gate.wait))
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*calls)

    assert all(in_a_loop(give_up()))


class TestInThePage:
    @pytest.fixture
    def page(self, service, pair):
        """The state of a page that has reported the pair of a fresh login."""
        use_service(service)
        page = State(_reflex_internal_init=True)
        auth = in_a_loop(page.get_state(AuthState))
        auth.jwt, auth.refresh_token = pair.access_token, pair.refresh_token
        return page

    @pytest.fixture
    def throttled(self, page, service, pair, clock):
        """The same, shown to its person, past the access token's time, and with all rotations of this minute used up."""
        run(page, "for_any_user")
        clock.move(seconds=301)
        for _ in range(service.settings.refresh_rate_limit):
            service.throttle.count_refresh(service.access_tokens.identify(pair.access_token).session_id)
        return page

    def test_a_throttled_rotation_signs_nobody_out_and_the_page_says_when_it_goes_on(self, throttled):
        auth = in_a_loop(throttled.get_state(AuthState))
        sent = auth.storage_command
        run(throttled, "sync", "hello")
        assert (auth.status, auth.user_name, auth.wait) == (IN, "johndoe", 60)
        assert auth.storage_command == sent

    def test_an_event_does_not_run_meanwhile_and_leads_nowhere(self, throttled):
        _, example = parts(throttled)
        assert run(throttled, "sync", "hello") == []
        assert "hello johndoe" not in example.seen

    def test_when_the_time_has_come_events_run_again_for_the_same_person(self, throttled, clock):
        auth, example = parts(throttled)
        run(throttled, "sync", "hello")
        clock.move(seconds=60)
        run(throttled, "sync", "hello again")
        assert example.seen[-1] == "hello again johndoe"
        assert (auth.status, auth.user_name, auth.wait) == (IN, "johndoe", 0)

    def test_a_page_that_connects_meanwhile_is_shown_nothing_private(self, throttled, pair):
        auth = in_a_loop(throttled.get_state(AuthState))
        name = AuthState.get_full_name()
        reported = {f"{name}.jwt": pair.access_token, f"{name}.refresh_token": pair.refresh_token}
        hydrate = rx.event.Event(name=HYDRATE, payload={"vars": reported})
        in_a_loop(PageGate().preprocess(None, throttled, of_a_page(hydrate)))
        assert (auth.status, auth.user_name, auth.storage_command) == (UNKNOWN, "", {})
        assert list(in_a_loop(throttled.get_state(Example)).seen) == []

    def test_it_goes_on_when_the_time_has_come_though_it_may_be_a_page_that_asks_nobody_who_is_there(self, throttled, pair):
        name = AuthState.get_full_name()
        reported = {f"{name}.jwt": pair.access_token, f"{name}.refresh_token": pair.refresh_token}
        in_a_loop(PageGate().preprocess(None, throttled, of_a_page(rx.event.Event(name=HYDRATE, payload={"vars": reported}))))
        assert parts(throttled)[0].wait == 60

    def test_the_login_page_says_how_long_to_wait(self, page):
        login = in_a_loop(page.get_state(LoginState))
        for _ in range(6):
            run(page, "submit", WRONG, of=LoginState)
        assert (login.error, login.wait, login.is_busy) == ("Too many attempts.", 60, False)

    def test_the_dialog_for_the_password_says_how_long_to_wait(self, page):
        for _ in range(6):
            run(page, "submit", {"confirmation": "wrong"}, of=ConfirmState)
        confirmation = in_a_loop(page.get_state(ConfirmationState))
        assert (confirmation.error, confirmation.wait, confirmation.is_busy) == ("Too many attempts.", 60, False)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
