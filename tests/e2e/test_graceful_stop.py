"""A server told to stop (SIGTERM) finishes what it has begun: nobody is left without an answer. Its pages do not matter here."""

import http.client
import json
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.e2e.backend import Backend
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.server import Server

LOGINS = 3
SLOW_HASH = {"RXAPP_ARGON2_MEMORY_KIB": str(64 * 1024), "RXAPP_ARGON2_TIME_COST": "8"}
"""Long enough to be stopped in the middle of it."""


@pytest.fixture
def server(tmp_path) -> Iterator[Backend]:
    server = Backend(tmp_path, **SLOW_HASH)
    server.start()
    yield server
    server.stop()


def test_a_stop_finishes_the_logins_in_flight_takes_no_new_ones_and_ends_well(server):
    idle = connect(server)  # one that is kept open must not hold it up
    idle.request("GET", "/readyz")
    assert idle.getresponse().read()
    logins = [connect(server) for _ in range(LOGINS)]
    for login in logins:
        body = json.dumps({"username": USER, "password": PASSWORD})
        login.request("POST", "/api/auth/login", body, {"Content-Type": "application/json"})
    wait_until_hashing(server)
    server.terminate()
    answers = [login.getresponse() for login in logins]
    assert [answer.status for answer in answers] == [200] * LOGINS
    assert all(json.loads(answer.read()).keys() == {"token", "refreshToken"} for answer in answers)
    assert server.exit_code() == 0
    with pytest.raises(ConnectionRefusedError):
        connect(server)


def connect(server: Server) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    return connection


def wait_until_hashing(server: Server) -> None:
    """Until a login has taken the memory that a hash needs, which nothing else does."""
    (worker,) = psutil.Process(server.process_group).children()
    before, deadline = worker.memory_info().rss, time.monotonic() + 60
    while worker.memory_info().rss < before + 32 * 1024 * 1024:
        assert time.monotonic() < deadline
