"""What a stranger's WebSocket can do to everybody else: Socket.IO by hand, against a server of its own. No browser takes part."""

import contextlib
import functools
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from rxapp.auth.core.settings.settings import OWASP_ARGON2_MEMORY_KIB, OWASP_ARGON2_TIME_COST, WEBSOCKET_MESSAGE_LIMIT_BYTES
from tests.clock import A_SECOND
from tests.e2e.backend import Backend
from tests.e2e.builds import ROOT
from tests.e2e.conftest import PASSWORD
from tests.e2e.database import open_service
from tests.hostile_texts import LONGEST
from tests.thorough import thorough_but_for

CONNECTIONS = 80
LONGEST_WAIT_SECONDS = A_SECOND
"""For anybody, while the largest message is handled. It was 18."""

STATE = "reflex___state____state"
PAGES = f"{STATE}.rxapp___auth___web___pages"
HERE = {"pathname": "/register", "asPath": "/register", "query": {}}
MIB = 1024 * 1024
PAUSE_SECONDS = 0.05
"""A fifth of the pause in typing after which a page asks."""

LIST_HANDLERS = """
import inspect, json
import rxapp.rxapp
from reflex_base.registry import RegistrationContext
from rxapp.auth.web.site.handler_policy import PUBLIC, policy_of
print(json.dumps({
    name: [parameter for parameter in inspect.signature(entry.handler.fn).parameters if parameter != "self"]
    for name, entry in RegistrationContext.get().event_handlers.items()
    if policy_of(entry.handler.fn) == PUBLIC or entry.states[0].__module__.startswith("reflex")
}))
"""

FIELDS = ("username", "password", "display_name", "new_password", "new_password_again")


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Backend]:
    variables = {"RXAPP_CONNECTIONS_PER_ADDRESS": str(CONNECTIONS), "RXAPP_LOGIN_RATE_LIMIT": "100000"}
    variables |= {"RXAPP_ARGON2_MEMORY_KIB": str(OWASP_ARGON2_MEMORY_KIB), "RXAPP_ARGON2_TIME_COST": str(OWASP_ARGON2_TIME_COST)}
    server = Backend(tmp_path_factory.mktemp("sockets"), **variables)
    server.start()
    yield server
    server.stop()


@functools.cache
def public_handlers() -> dict[str, list[str]]:
    """Those that anybody may call, Reflex's own included, and the names of their arguments."""
    environment = {"PATH": "", "DATABASE_URL": "sqlite:///unused.db", "RXAPP_SECRET_KEY": "x" * 40}
    listed = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(listed.stdout.splitlines()[-1])


def handshake(server: Backend, token: str = "11111111-2222-4333-8444-555555555555", **options) -> Any:
    """To be entered, and is left closed."""
    address = f"{server.url.replace('http', 'ws')}/_event/?token={token}&EIO=4&transport=websocket"
    return connect(address, origin=server.url, compression=None, max_size=None, **options)


def event(name: str, payload: dict, **here) -> dict:
    return {"name": name, "payload": payload, "router_data": HERE | here}


def send(page: ClientConnection, name: str, payload: dict, **here) -> None:
    page.send(f"42/_event,{json.dumps(['event', event(name, payload, **here)])}")


@contextlib.contextmanager
def joined(server: Backend, token: str = "11111111-2222-4333-8444-555555555555") -> Iterator[ClientConnection]:
    """A page that is connected, and whose browser holds nothing."""
    with handshake(server, token) as page:
        page.recv(timeout=10)
        start = event(f"{STATE}.hydrate_and_load", {"vars": {}})
        page.send(f"40/_event,{json.dumps({'event': start})}")
        until(page, "is_hydrated")
        yield page


def until(page: ClientConnection, words: str, seconds: float = 20) -> str:
    deadline = time.monotonic() + seconds
    while True:
        said = page.recv(timeout=max(0.01, deadline - time.monotonic()))
        if said == "2":
            page.send("3")
        if words in said:
            return said


@contextlib.contextmanager
def watched(server: Backend) -> Iterator[list[float]]:
    """How long `/healthz` takes, again and again."""
    waits: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while not waits or not is_over.wait(0.02):
                began = time.monotonic()
                assert client.get("/healthz").status_code == 200
                waits.append(time.monotonic() - began)

    with ThreadPoolExecutor(1) as thread:
        watching = thread.submit(watch)
        try:
            yield waits
        finally:
            is_over.set()
            watching.result()


def payloads(parameters: list[str], text: str) -> Iterator[dict]:
    """The text as each argument, and as each field of a form."""
    for parameter in parameters:
        if parameter in ("form", "form_data"):
            others = dict.fromkeys(FIELDS, "x")
            yield from [{parameter: others | {field: text}} for field in FIELDS]
        elif parameter == "vars":
            yield {parameter: {f"{STATE}.rxapp___auth___web___auth_state___state____auth_state.jwt_rx_state_": text}}
        else:
            yield {parameter: text}


def as_large_as_possible(text: str) -> str:
    """As much of it as one message holds beside the rest, written as JSON with no escapes."""
    room = WEBSOCKET_MESSAGE_LIMIT_BYTES - 4096
    while len(json.dumps(text)) > room:
        text = text[: int(len(text) * room / len(json.dumps(text)))]
    return text


@pytest.mark.parametrize(
    "kind",
    thorough_but_for(
        ("combining marks in the wrong order", "brackets"),
        ("combining marks in the wrong order", "U+FDFA", "U+0390", "halves of characters", "brackets"),
    ),
)
def test_one_message_of_the_largest_size_holds_up_nobody_whatever_handler_it_goes_to(server, kind):
    text = as_large_as_possible(LONGEST[kind])
    with watched(server) as waits:
        for name, parameters in public_handlers().items():
            for payload in payloads(parameters, text):
                with joined(server) as page, contextlib.suppress(ConnectionClosed, TimeoutError):
                    send(page, name, payload)
                    send(page, f"{STATE}.rxapp___auth___web___auth_state___state____auth_state.prove_key", {"proof": ""})
                    send(page, f"{STATE}.hydrate", {})  # one event of a page comes after the other
                    until(page, "is_hydrated")
    assert max(waits) < LONGEST_WAIT_SECONDS


def test_a_page_that_says_it_is_nowhere_holds_up_nobody(server):
    """Its address was read as a host's name, which Python normalizes: 18 seconds for everybody."""
    with watched(server) as waits, joined(server) as page:
        marks = as_large_as_possible("\u0301\u0316" * 20_000)
        send(page, f"{STATE}.hydrate", {}, asPath="a" + marks)
        with pytest.raises(ConnectionClosed):
            until(page, "nothing")
    assert max(waits) < LONGEST_WAIT_SECONDS


def test_a_socket_cannot_take_another_address_or_another_pages_token(server):
    with joined(server) as page:
        environment = {"QUERY_STRING": "token=99999999-2222-4333-8444-555555555555", "REMOTE_ADDR": "192.0.2.66"}
        page.send(f"42/_event,{json.dumps(['connect', environment])}")
        with contextlib.suppress(ConnectionClosed):
            send(page, f"{STATE}.hydrate", {})
            assert "192.0.2.66" not in until(page, "client_ip")
    with pytest.raises(ConnectionClosed):
        while True:  # what came before the end is read first
            page.recv()


class TestTheConnectionsOfAnAddress:
    def test_are_bounded_and_the_refusal_is_clear(self, server):
        with contextlib.ExitStack() as pages:
            for _ in range(CONNECTIONS):
                pages.enter_context(handshake(server)).recv(timeout=10)
            with pytest.raises(InvalidStatus) as refused, handshake(server):
                pass
            response = refused.value.response
            assert response.status_code == 429
            assert int(response.headers["Retry-After"]) > 0
            assert json.loads(response.body)["code"] == "too_many_requests"
            assert httpx.get(f"{server.url}/healthz").status_code == 200
        wait_until_free(server)

    @pytest.mark.parametrize("how", ["closed", "torn", "refused", "left"])
    def test_are_free_again_however_they_end(self, server, how):
        with contextlib.ExitStack() as pages:
            for _ in range(CONNECTIONS):
                page = pages.enter_context(handshake(server))
                page.recv(timeout=10)
                end(page, how)
            wait_until_free(server)


def end(page: ClientConnection, how: str) -> None:
    if how == "closed":
        page.close()
    elif how == "torn":
        page.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        page.close_socket()
    elif how == "refused":
        page.send("40/other,{}")
    else:
        page.send("1")


def wait_until_free(server: Backend) -> None:
    """Until as many as are allowed can be opened at once."""
    deadline = time.monotonic() + 60
    while True:
        with contextlib.ExitStack() as pages:
            try:
                for _ in range(CONNECTIONS):
                    pages.enter_context(handshake(server))
            except InvalidStatus:
                assert time.monotonic() < deadline
            else:
                return
        time.sleep(0.1)


class TestMemory:
    @pytest.fixture
    def grown(self, server):
        """By how many bytes the worker has grown since the test began."""
        (worker,) = psutil.Process(server.process_group).children()
        before = worker.memory_info().rss
        return lambda: worker.memory_info().rss - before

    def test_attachments_that_never_end_are_not_collected(self, server, grown):
        with joined(server) as page, contextlib.suppress(ConnectionClosed):
            page.send('45999-/_event,["x"]')
            for _ in range(200):
                page.send(b"x" * 200_000)
        assert grown() < 8 * MIB

    def test_names_of_namespaces_are_not_repeated(self, server, grown):
        with joined(server) as page, contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                page.send(f"40/{'x' * 200_000},{{}}")
        assert grown() < 8 * MIB


@pytest.mark.thorough
def test_sixty_sockets_that_ask_for_estimates_leave_the_95th_percentile_of_logins_under_a_second_and_a_half(server):
    """The worst that the estimator can be given, without end. Before, logins stood in line behind it, for 7 s and more.

    A busy machine is given what logins take on it anyway.
    """
    names = [f"person-{number}" for number in range(8)]
    with open_service(server) as service:
        for name in names:
            service.create_user(name, PASSWORD)
    quiet = slowest_of_twenty(server, names)
    is_over = threading.Event()

    def ask_on_and_on(number: int) -> int:
        asked = 0
        with joined(server, f"11111111-2222-4333-8444-5555555555{number:02}") as page, contextlib.suppress(ConnectionClosed):
            while not is_over.is_set():
                password = f"<7$+(0@2[14zx6{{3|8%9!5{number}{asked}"
                send(page, f"{PAGES}___new_password____strength_state.estimate", {"password": password})
                page.send('42/_event,["ping"]')
                until(page, "pong")
                asked += 1
                is_over.wait(PAUSE_SECONDS)
        return asked

    with ThreadPoolExecutor(60) as threads:
        asking = [threads.submit(ask_on_and_on, number) for number in range(60)]
        try:
            slow = slowest_of_twenty(server, names)
        finally:
            is_over.set()
        assert sum(each.result() for each in asking) > 60
    assert slow < 1.5 + 2 * quiet


def slowest_of_twenty(server: Backend, names: list[str]) -> float:
    """The 95th percentile of the seconds that logins take."""
    waits = []
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for number in range(60):
            began = time.monotonic()
            body = {"username": names[number % len(names)], "password": PASSWORD}
            assert client.post("/api/auth/login", json=body).status_code == 200
            waits.append(time.monotonic() - began)
    return statistics.quantiles(waits, n=20)[18]
