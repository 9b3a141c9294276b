"""The gate: what an event waits for, in which order it goes on, and what becomes of it if no good answer comes."""

import io
from dataclasses import replace

import pytest
from reflex.event import Event
from reflex.state import State
from reflex_components_core.core._upload import UploadFile

from rxapp.auth import Client
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.auth_state.event_gate import PageGate, kind_of
from rxapp.auth.web.auth_state.state import IN, OUT, UNKNOWN, AuthState
from rxapp.auth.web.browser_storage.device_key import NOT_READABLE_NOW
from rxapp.auth.web.page_session import connections, held_events
from rxapp.auth.web.page_session.page import Kind
from rxapp.auth.web.pages.login import LoginState
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.web.test_events import in_a_loop, parts, run

CLICK, OTHER_CLICK = Event(name="example.sync", payload={"word": "one"}), Event(name="example.sync", payload={"word": "two"})
HYDRATE = "reflex___state____state.hydrate_and_load"
ON_LOAD = "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal"


@pytest.fixture
def page(service):
    """The state of a page that has just connected."""
    use_service(service)
    page = State(_reflex_internal_init=True)
    come_from(page, "one connection")
    return page


def come_from(page, connection, *, is_open=True):
    """What comes next comes over this connection, which is open or has closed."""
    (connections.opened if is_open else connections.closed)(connection)
    router_data = {"sid": connection, "token": "a page"}
    page._update_router_vars(router_data, page.router_data)
    page.router_data = router_data


@pytest.fixture(autouse=True)
def nothing_waits():
    held_events._held.clear()
    held_events._kept_after_close.clear()
    connections._open.clear()


@pytest.fixture
def key():
    return DeviceKey()


@pytest.fixture
def pair(service, johndoe, key):
    """Of a session that is bound to the key."""
    return service.log_in("johndoe", PASSWORD, Client(device_key=ProvedKey(key.thumbprint)))


def of_a_page(event):
    """The event as Reflex hands it on: with where the page is."""
    return event if event.router_data else replace(event, router_data={"pathname": "/"})


def send(page, event):
    """The update with which the event was held, or None if it passes."""
    return in_a_loop(PageGate().preprocess(None, page, of_a_page(event)))


def connect(page, pair):
    name = AuthState.get_full_name()
    reported = {f"{name}.jwt": pair.access_token, f"{name}.refresh_token": pair.refresh_token}
    hydrate = Event(name=HYDRATE, payload={"vars": reported})
    return hydrate, send(page, hydrate)


async def coroutine_of(function, *arguments):
    """Calls it on an event loop."""
    return function(*arguments)


def challenge_in(update):
    (var,) = update.delta[AuthState.get_full_name()].values()
    return var


def answer(page, key, update, clock):
    """What goes on after the browser's answer."""
    challenge = challenge_in(update)
    proof = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge["text"]) if key else ""
    (gone_on,) = run(page, "prove_key", proof, of=AuthState)
    return [Event(name=event.name, payload=event.payload) for event in gone_on]


@pytest.fixture
def proved(page, pair, key, clock):
    """A page whose connection has proved the key."""
    hydrate, update = connect(page, pair)
    assert answer(page, key, update, clock) == [hydrate]
    assert send(page, hydrate) is None
    return page


class TestOnConnecting:
    def test_nothing_is_sent_but_the_challenge_until_the_key_is_proved(self, page, pair, key, clock):
        hydrate, update = connect(page, pair)
        assert update.delta.keys() == {AuthState.get_full_name()}
        assert challenge_in(update) == {"text": challenge_in(update)["text"], "at": int(clock().timestamp())}
        assert parts(page)[0].status == UNKNOWN
        assert answer(page, key, update, clock) == [hydrate]
        assert send(page, hydrate) is None
        run(page, "sync", "hello")
        assert list(parts(page)[1].seen) == ["hello johndoe"]

    def test_what_comes_meanwhile_goes_on_in_order_and_asks_for_nothing_again(self, page, pair, key, clock):
        hydrate, update = connect(page, pair)
        for click in (CLICK, OTHER_CLICK):
            assert send(page, click).delta == {}
        assert answer(page, key, update, clock) == [hydrate, CLICK, OTHER_CLICK]
        assert [send(page, event) for event in (hydrate, CLICK, OTHER_CLICK)] == [None] * 3

    def test_of_two_navigations_the_last_one_counts_and_clicks_all_do(self, page, pair, key, clock):
        hydrate, update = connect(page, pair)
        send(page, CLICK)
        navigation = Event(name=ON_LOAD)
        send(page, navigation)
        send(page, navigation)
        assert answer(page, key, update, clock) == [hydrate, CLICK, navigation]

    def test_what_waits_goes_on_at_the_address_where_it_came_from(self, page, pair, key, clock):
        _, update = connect(page, pair)
        send(page, replace(CLICK, router_data={"sid": "one connection", "pathname": "/item/1", "query": {}}))
        challenge = challenge_in(update)
        proof = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge["text"])
        ((_, click),) = run(page, "prove_key", proof, of=AuthState)
        assert click.router_data == {"pathname": "/item/1", "query": {}}, "the connection is that of the answer"

    def test_a_click_that_came_with_one_persons_tokens_does_not_go_on_as_anothers(self, page, pair, key, clock, service):
        service.create_user("another", PASSWORD)
        another = service.log_in("another", PASSWORD, Client(device_key=ProvedKey(key.thumbprint)))
        _, update = connect(page, pair)
        send(page, CLICK)
        auth = parts(page)[0]
        auth.jwt, auth.refresh_token = another.access_token, another.refresh_token
        assert CLICK not in answer(page, key, update, clock)

    def test_clicks_of_two_connections_that_broke_off_go_on_together(self, page, pair, key, clock):
        for connection, click in (("second", CLICK), ("third", OTHER_CLICK)):
            connect(page, pair)
            send(page, click)
            in_a_loop(coroutine_of(parts(page)[0]._begin_connection, connection, "a page"))
            come_from(page, connection)
        _, update = connect(page, pair)
        assert [event for event in answer(page, key, update, clock) if event in (CLICK, OTHER_CLICK)] == [CLICK, OTHER_CLICK]

    def test_nor_is_it_after_it_has_waited(self, page, pair, key, clock):
        _, update = connect(page, pair)
        in_a_loop(PageGate().preprocess(None, page, Event(name=HYDRATE)))
        proof = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge_in(update)["text"])
        ((said, chained),) = run(page, "prove_key", proof, of=AuthState)
        assert (kind_of(said), kind_of(chained)) == (Kind.CONNECTING, Kind.ACTING)

    def test_too_much_from_a_socket_fills_no_log_and_what_a_handler_chains_is_told(self, page, pair, caplog):
        connect(page, pair)
        for _ in range(held_events.MAXIMUM_WAITING + 10):
            send(page, CLICK)
        assert not caplog.records
        in_a_loop(PageGate().preprocess(None, page, CLICK))
        assert len(caplog.records) == 1

    def test_a_handler_that_chains_what_a_browser_says_on_connecting_is_not_taken_for_it(self, page, service, johndoe):
        connect(page, service.log_in("johndoe", PASSWORD))
        run(page, "sync", "hello")
        assert in_a_loop(PageGate().preprocess(None, page, Event(name=HYDRATE))) is None
        assert parts(page)[0]._held_pair().access_token, "it has not been forgotten"

    @pytest.mark.parametrize("thief", [None, DeviceKey()], ids=["no key", "another key"])
    def test_without_the_key_events_go_on_as_nobodys(self, page, pair, service, clock, thief):
        hydrate, update = connect(page, pair)
        assert answer(page, thief, update, clock) == [hydrate]
        assert send(page, hydrate) is None, "and nothing is asked for again"
        run(page, "sync", "hello")
        auth, example = parts(page)
        assert (auth.status, auth.ended_because, list(example.seen)) == (OUT, "invalid_dpop_proof", [])

    def test_a_connection_cannot_answer_for_another(self, page, pair, key, clock):
        _, update = connect(page, pair)
        come_from(page, "another connection")
        assert answer(page, key, update, clock) == []

    def test_a_click_that_waited_when_the_connection_broke_off_goes_on_over_the_next(self, page, pair, key, clock):
        connect(page, pair)
        send(page, replace(CLICK, router_data={"sid": "one connection"}))
        come_from(page, "another connection")
        hydrate, update = connect(page, pair)
        assert answer(page, key, update, clock) == [hydrate, CLICK], "and not with the router data of the connection that is gone"

    def test_a_click_that_comes_late_while_the_next_one_proves_itself_waits_with_it(self, proved, pair, key, clock):
        """The answer came, and the page connected anew before what had waited was run."""
        run(proved, "sync", "hello")
        come_from(proved, "another connection")
        hydrate, update = connect(proved, pair)
        come_from(proved, "one connection", is_open=False)
        assert send(proved, CLICK).delta == {}
        come_from(proved, "another connection")
        assert answer(proved, key, update, clock) == [hydrate, CLICK]

    def test_a_click_that_comes_late_counts_as_the_next_ones_if_both_are_of_one_session(self, proved, pair, key, clock):
        run(proved, "sync", "one")
        come_from(proved, "another connection")
        hydrate, update = connect(proved, pair)
        answer(proved, key, update, clock)
        send(proved, hydrate)
        run(proved, "sync", "two")
        come_from(proved, "one connection", is_open=False)
        assert send(proved, CLICK) is None
        run(proved, "sync", "three")
        assert list(parts(proved)[1].seen) == ["one johndoe", "two johndoe", "three johndoe"]

    def test_a_connection_that_was_never_verified_speaks_for_nobody(self, proved, pair, key, clock):
        run(proved, "sync", "one")
        come_from(proved, "a strangers connection")
        assert send(proved, Event(name=HYDRATE, payload={"vars": {}})) is None
        come_from(proved, "one connection", is_open=False)
        assert send(proved, CLICK) is not None, "late, and the page is not its owner's any more"
        assert list(parts(proved)[1].seen) == [], "forgotten, and nothing done in its name"

    def test_a_click_that_waited_for_one_person_does_not_go_on_for_the_next(self, page, pair, key, clock, service):
        connect(page, pair)
        send(page, CLICK)
        come_from(page, "another connection")
        service.create_user("mallory", PASSWORD)
        hydrate, update = connect(page, service.log_in("mallory", PASSWORD, Client(device_key=ProvedKey(key.thumbprint))))
        assert answer(page, key, update, clock) == [hydrate]

    def test_an_answer_is_good_for_one_challenge(self, page, pair, key, clock):
        _, first = connect(page, pair)
        answer(page, key, first, clock)
        come_from(page, "another connection")
        _, second = connect(page, pair)
        assert challenge_in(second)["text"] != challenge_in(first)["text"]
        old = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge_in(first)["text"])
        run(page, "prove_key", old, of=AuthState)
        assert parts(page)[0]._page.key.key is None

    def test_a_late_answer_to_an_earlier_challenge_is_nothing_and_the_right_one_counts(self, page, pair, key, clock):
        """The connection was lost while the browser was thinking: it must not count as one that has no key."""
        _, first = connect(page, pair)
        old = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge_in(first)["text"])
        come_from(page, "another connection")
        hydrate, second = connect(page, pair)
        assert run(page, "prove_key", old, of=AuthState) == [[]]
        assert parts(page)[0]._page.key.challenge is not None
        assert answer(page, key, second, clock) == [hydrate]
        assert parts(page)[0]._page.key.key is not None

    def test_an_answer_that_was_too_long_on_its_way_is_asked_for_again(self, page, pair, key, clock):
        """The machine has slept."""
        hydrate, update = connect(page, pair)
        proof = key.proof("POST", "urn:rxapp:page", clock(), nonce=challenge_in(update)["text"])
        clock.move(seconds=90)
        assert run(page, "prove_key", proof, of=AuthState) == [[]]
        auth = parts(page)[0]
        assert auth.key_challenge["text"] != challenge_in(update)["text"]
        again = key.proof("POST", "urn:rxapp:page", clock(), nonce=auth.key_challenge["text"])
        ((gone_on,),) = run(page, "prove_key", again, of=AuthState)
        assert gone_on.name == hydrate.name

    def test_a_key_that_cannot_be_read_now_is_asked_for_again_and_what_waits_waits_on(self, page, pair, key, clock):
        hydrate, _ = connect(page, pair)
        for _ in range(3):
            assert run(page, "prove_key", NOT_READABLE_NOW, of=AuthState) == [[]]
        auth = parts(page)[0]
        assert auth.is_key_unreadable
        proof = key.proof("POST", "urn:rxapp:page", clock(), nonce=auth.key_challenge["text"])
        ((gone_on,),) = run(page, "prove_key", proof, of=AuthState)
        assert gone_on.name == hydrate.name
        assert not auth.is_key_unreadable

    def test_a_proof_made_for_http_is_no_answer(self, page, pair, key, clock):
        _, update = connect(page, pair)
        proof = key.proof("POST", "http://testserver/api/token/refresh", clock(), nonce=challenge_in(update)["text"])
        run(page, "prove_key", proof, of=AuthState)
        assert parts(page)[0]._page.key.key is None

    def test_a_browser_that_does_not_answer_is_asked_again_after_a_while(self, page, pair, clock):
        connect(page, pair)
        clock.move(seconds=15)
        assert send(page, CLICK).delta == {}
        clock.move(seconds=1)
        assert challenge_in(send(page, CLICK))["text"]

    def test_a_page_that_only_asks_does_not_fill_the_memory(self, page, pair):
        connect(page, pair)
        for _ in range(200):
            send(page, CLICK)
        (waiting,) = held_events._held.values()
        assert len(waiting) == held_events.MAXIMUM_WAITING


class TestOnRotating:
    def test_the_key_is_proved_again_before_and_the_click_is_not_lost(self, proved, key, clock):
        clock.move(minutes=6)
        update = send(proved, CLICK)
        assert answer(proved, key, update, clock) == [CLICK]
        assert send(proved, CLICK) is None
        run(proved, "sync", "hello")
        auth, example = parts(proved)
        assert (auth.status, list(example.seen)) == (IN, ["hello johndoe"])

    def test_shortly_before_as_well_for_it_may_expire_before_the_handler_runs(self, proved, clock):
        clock.move(seconds=289)
        assert send(proved, CLICK) is None
        clock.move(seconds=1)
        assert challenge_in(send(proved, CLICK))

    def test_an_upload_does_not_wait_for_its_files_are_gone_afterwards(self, proved, clock):
        clock.move(minutes=6)
        file = UploadFile(file=io.BytesIO(b"x"))
        assert send(proved, Event(name="example.upload", payload={"files": [file]})) is None

    def test_who_cannot_prove_it_any_more_is_nobody(self, proved, clock):
        clock.move(minutes=6)
        assert answer(proved, None, send(proved, CLICK), clock) == [CLICK]
        assert send(proved, CLICK) is None
        run(proved, "sync", "hello")
        assert parts(proved)[0].ended_because == "invalid_dpop_proof"


def test_a_page_that_is_not_bound_waits_for_nothing(page, service, johndoe, clock):
    _, update = connect(page, service.log_in("johndoe", PASSWORD))
    assert update is None
    clock.move(minutes=6)
    assert send(page, CLICK) is None


def test_what_begins_a_session_waits_for_a_key_and_begins_one_without_if_there_is_none(page, clock, johndoe):
    assert send(page, Event(name=HYDRATE, payload={"vars": {}})) is None
    submit = Event(name=f"{LoginState.get_full_name()}.submit", payload={"form": {"username": "johndoe", "password": PASSWORD}})
    update = send(page, submit)
    assert answer(page, None, update, clock) == [submit]
    assert send(page, submit) is None
    run(page, "submit", submit.payload["form"], of=LoginState)
    assert parts(page)[0].status == IN
