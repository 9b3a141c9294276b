"""`/healthz` and `/readyz`: what they say, when, and how little the database hears of it."""

import pytest

from rxapp.auth.http.operations.health import health_router
from rxapp.auth.http.operations.readiness import Readiness


class Monotonic:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def monotonic():
    return Monotonic()


@pytest.fixture
def readiness(api, monotonic):
    readiness = Readiness(monotonic)
    api.include_router(health_router(readiness))
    return readiness


def fail():
    raise OSError("db.internal:5432 refused the password of rxapp")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_process_is_alive_whatever_it_waits_for(client, readiness, method):
    readiness.add_check("database", fail)
    response = client.request(method, "/healthz")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_is_ready_when_all_checks_pass(client, readiness, method):
    readiness.add_check("database", lambda: None)
    assert client.request(method, "/readyz").status_code == 200


def test_what_is_not_ready_is_named_and_nothing_else_is_told(client, readiness):
    readiness.add_check("database", fail)
    readiness.add_check("redis", lambda: None)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"isReady": False, "notReady": ["database"]}
    assert response.headers["retry-after"] == "1"


def test_the_checks_run_once_a_second_however_many_ask(client, readiness, monotonic):
    runs = []
    readiness.add_check("database", lambda: runs.append(1))
    for _ in range(5):
        client.get("/readyz")
    assert len(runs) == 1
    monotonic.now += 1
    client.get("/readyz")
    assert len(runs) == 2


def test_it_is_ready_again_as_soon_as_the_cause_is_gone(client, readiness, monotonic):
    is_away = True
    readiness.add_check("database", lambda: fail() if is_away else None)
    assert client.get("/readyz").status_code == 503
    is_away = False
    monotonic.now += 1
    assert client.get("/readyz").status_code == 200


def test_a_check_that_hangs_is_not_waited_for(client, readiness, monkeypatch):
    import threading

    monkeypatch.setattr("rxapp.auth.http.operations.readiness.TIMEOUT_SECONDS", 0.05)
    release = threading.Event()
    readiness.add_check("database", release.wait)
    assert client.get("/readyz").json()["notReady"] == ["database"]
    release.set()
