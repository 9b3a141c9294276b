"""A page that is open while its state is gone, for Redis was restarted or was full: it connects anew, nobody is signed out."""

from types import SimpleNamespace

import pytest
from reflex.event import Event
from reflex.state import State
from reflex_components_core.core._upload import UploadFile

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.auth_state.event_gate import PageGate
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.page_session import connections, held_events
from tests.web.auth_state.test_event_gate import CLICK, HYDRATE, ON_LOAD, OTHER_CLICK, come_from, of_a_page
from tests.web.test_events import in_a_loop, parts, run

REPORT = "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal"
ANSWER = f"{AuthState.get_full_name()}.prove_key"


class Queue:
    """Reflex's, as far as it is of interest here: what was put in, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def enqueue(self, _client_token: str, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def queue():
    return Queue()


@pytest.fixture
def page(service):
    """What an event finds after the page's state was lost: a new one, which has never heard of any token."""
    use_service(service)
    held_events._held.clear()
    connections._open.clear()
    page = State(_reflex_internal_init=True)
    come_from(page, "one connection")
    return page


@pytest.fixture
def send(page, queue):
    """Sends an event; returns the update with which it was held, or None if it passes."""
    app = SimpleNamespace(event_processor=queue)
    return lambda event: in_a_loop(PageGate().preprocess(app, page, of_a_page(event)))


@pytest.fixture
def connect(send, pair):
    """Connects with the tokens that the browser holds, as Reflex's page does when it is asked to."""
    name = AuthState.get_full_name()
    stored = {f"{name}.jwt": pair.access_token, f"{name}.refresh_token": pair.refresh_token}
    return lambda: send(Event(name=HYDRATE, payload={"vars": stored}))


def is_asked_to_connect(update) -> bool:
    return [event.name for event in update.events] == ["_remove_session_storage"]


def test_a_click_waits_until_the_page_has_connected_anew_and_is_not_lost(send, connect, queue):
    assert is_asked_to_connect(send(CLICK))
    assert is_asked_to_connect(send(OTHER_CLICK))
    assert queue.events == []
    assert connect() is None
    assert [event.payload for event in queue.events] == [CLICK.payload, OTHER_CLICK.payload]
    assert send(CLICK) is None


def test_its_person_is_who_the_tokens_say_and_not_nobody(page, send, connect):
    send(CLICK)
    connect()
    run(page, "coroutine", "hello")
    assert list(parts(page)[1].seen) == ["hello johndoe"]


@pytest.mark.parametrize("name", [ON_LOAD, REPORT, ANSWER])
def test_what_the_page_does_on_connecting_is_not_done_twice(send, connect, queue, name):
    assert is_asked_to_connect(send(Event(name=name, payload={"vars": {}})))
    connect()
    assert queue.events == []


def test_an_upload_cannot_wait(send, connect, queue):
    assert send(Event(name="example.upload", payload={"files": [UploadFile(file=None)]})) is not None
    connect()
    assert queue.events == []


def test_a_connection_that_never_says_what_it_holds_gets_nothing_and_takes_little_room(page, send):
    for _ in range(held_events.MAXIMUM_WAITING + 10):
        update = send(CLICK)
        assert not update.delta
    (waiting,) = held_events._held.values()
    assert len(waiting) == held_events.MAXIMUM_WAITING
    assert list(parts(page)[1].seen) == []


def test_a_sign_out_elsewhere_has_it_connect_anew_too_whereupon_it_learns_of_it(page, pair, service):
    auth = parts(page)[0]
    session_id = service.verify_access(pair.access_token).session_id
    assert "rxapp-connect-anew" in str(auth._log_out_of(session_id, RevocationReason.SESSION_REVOKED))
