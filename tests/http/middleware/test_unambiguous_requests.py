"""Requests that can be read in two ways: a header twice, no host, a length that is none. Some to the real server."""

import json
import socket
import subprocess
import sys

import pytest

from rxapp.auth.http.middleware.request_body import announced_length
from rxapp.auth.http.middleware.request_limits import RequestLimits
from rxapp.auth.http.middleware.unambiguous_requests import SINGLE
from tests.api_in_process import assert_problem, bearer
from tests.e2e.builds import ROOT
from tests.e2e.production_server import wait_until
from tests.e2e.server import free_port
from tests.web.test_events import in_a_loop

ONCE = {
    b"host": b"app.example.com",
    b"authorization": b"Bearer x",
    b"dpop": b"x",
    b"origin": b"https://app.example.com",
    b"content-type": b"application/json",
    b"content-length": b"0",
    b"content-encoding": b"identity",
    b"user-agent": b"x",
}


async def app(scope, receive, send):
    """What stands behind."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


guarded = RequestLimits(app, routes=list, body_limit=1_000)


def ask(headers, *, kind="http", http_version="1.1", extensions=("websocket.http.response",)):
    """The messages that are sent."""
    sent: list[dict] = []
    scope = {"type": kind, "http_version": http_version, "method": "GET", "path": "/", "headers": list(headers)}

    async def run() -> None:
        async def send(message):
            sent.append(message)

        await guarded(scope | {"extensions": {name: {} for name in extensions}}, None, send)

    in_a_loop(run())
    return sent


def status_of(headers, **options):
    return ask(headers, **options)[0]["status"]


def test_every_header_that_counts_once_is_tried_here():
    assert ONCE.keys() == SINGLE


class TestHeaders:
    def test_headers_that_are_there_once_are_passed_on(self):
        assert status_of(ONCE.items()) == 204

    @pytest.mark.parametrize("name", ONCE, ids=lambda name: name.decode())
    @pytest.mark.parametrize("value", [None, b"another", b""], ids=["same", "another", "empty"])
    def test_a_repeated_one_is_400_whatever_its_values(self, name, value):
        sent = ask([*ONCE.items(), (name, ONCE[name] if value is None else value)])
        problem = json.loads(sent[1]["body"])
        assert (sent[0]["status"], problem["code"]) == (400, "invalid_request")
        assert name.decode().title() in problem["detail"]

    def test_lists_may_come_in_parts(self):
        several = [(name, b"x") for name in (b"x-forwarded-for", b"cookie", b"accept", b"via", b"forwarded") for _ in range(2)]
        assert status_of([*ONCE.items(), *several]) == 204

    @pytest.mark.parametrize(
        "host", [b"", b"a b", b"a,b", b"a/b", b"u@a", b"a?b", b"a#b", b"a\\b", b"\xe9", b"a\0b", b"<a>", b'"a"']
    )
    def test_an_invalid_host_is_400(self, host):
        assert status_of([(b"host", host)]) == 400

    @pytest.mark.parametrize(
        "host", [b"localhost:3000", b"[::1]:3000", b"192.0.2.1", b"my_service:80", b"xn--bcher-kva.example."]
    )
    def test_a_valid_host_is_passed_on(self, host):
        assert status_of([(b"host", host)]) == 204

    def test_no_host_is_400_but_for_http_1_0_which_has_none(self):
        assert status_of([]) == 400
        assert [status_of([], http_version=version) for version in ("1", "1.0", "2")] == [204, 204, 400]


class TestHandshakes:
    def test_an_unambiguous_one_is_passed_on(self):
        assert ask(ONCE.items(), kind="websocket")[0]["type"] == "websocket.accept"

    @pytest.mark.parametrize("name", [b"host", b"origin", b"authorization"], ids=lambda name: name.decode())
    def test_an_ambiguous_one_is_400(self, name):
        start, body = ask([*ONCE.items(), (name, b"x")], kind="websocket")[:2]
        assert (start["type"], start["status"]) == ("websocket.http.response.start", 400)
        assert json.loads(body["body"])["code"] == "invalid_request"

    def test_it_is_closed_where_the_server_cannot_say_why(self):
        assert ask([], kind="websocket", extensions=()) == [{"type": "websocket.close"}]


class TestTheApi:
    def test_two_authorizations_are_400_and_not_the_first_of_them(self, client, tokens):
        good = bearer(tokens)["Authorization"]
        for two in ([good, good], [good, "Bearer x"], ["Bearer x", good]):
            answer = client.get("/api/me", headers=[("Authorization", value) for value in two])
            assert_problem(answer, 400, "invalid_request")

    def test_it_stands_in_front_of_what_no_route_knows_too(self, client):
        for path in ("/api/nowhere", "/nowhere", "/api/auth/login"):
            assert_problem(client.get(path, headers=[("Origin", "https://a.example")] * 2), 400, "invalid_request")


@pytest.mark.parametrize("length", [b"9" * 5_000, b"9" * 19])
def test_a_length_of_more_digits_than_a_number_has_is_too_long_and_no_error(length):
    assert announced_length(length) >= 10**18


def factory():
    return guarded


SERVE = f"""
from uvicorn import Server
from rxapp.auth.web.server.workers import configuration
Server(configuration("{__name__}:factory", "127.0.0.1", {{port}}, workers=1, message_limit=1_000)).run()
"""


def command_of(server: str, port: int) -> list[str]:
    """That of `serve`, and that of `reflex run`."""
    if server == "serve":
        return ["-c", SERVE.format(port=port)]
    return ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), f"{__name__}:guarded"]


class TestTheServer:
    """What the server in front does by itself, and what it leaves to us."""

    @pytest.fixture(scope="class", params=["serve", "granian"])
    @classmethod
    def send(cls, request):
        port = free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen([sys.executable, *command_of(request.param, port)], cwd=ROOT, **quiet)
        wait_until(lambda: _listens(port))

        def send(*lines: str) -> int:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"))
                return int(connection.recv(1_024).split(b" ")[1])

        yield send
        server.terminate()
        server.wait()

    @pytest.mark.parametrize(
        "lines",
        [
            ("Host: a", "Host: b"),
            (),
            ("Host:",),
            ("Host: a b",),
            ("Host: a", "Authorization: x", "Authorization: y"),
            ("Host: a", "DPoP: x", "DPoP: y"),
            ("Host: a", "Content-Type: x", "Content-Type: y"),
            ("Host: a", "Content-Length: 0", "Content-Length: 1"),
            ("Host: a", "Content-Length: 0, 0"),
            ("Host: a", "Content-Length: +0"),
            ("Host: a", "Content-Length: " + "9" * 5_000),
            ("Host: a", "X: a", " folded: b"),
        ],
        ids=lambda lines: " ".join(lines)[:40],
    )
    def test_what_can_be_read_in_two_ways_is_400(self, send, lines):
        assert send("GET / HTTP/1.1", *lines) == 400

    def test_a_handshake_too(self, send):
        upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        handshake = ("GET / HTTP/1.1", "Host: a", *upgrade, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
        assert send(*handshake, "Origin: http://a") == 101
        assert send(*handshake, "Origin: http://a", "Origin: http://b") == 400

    def test_what_cannot_is_answered(self, send):
        assert send("GET / HTTP/1.1", "Host: a") == 204
        assert send("GET / HTTP/1.0") == 204


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
