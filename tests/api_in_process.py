"""The HTTP API in this process, without Reflex around it; the end-to-end tests have the whole."""

import asyncio
import functools
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from rxapp.auth import Settings
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.runtime.service import use_service
from rxapp.demo import api as customers_api
from rxapp.demo.demo_data import add_demo_data

ON_POSTGRESQL_EACH_TIME = (
    *("test_watch.py", "test_pruning_task.py", "runtime/test_service.py", "test_health.py"),
    *("::TestAdding", "::TestRenaming", "::TestRemoving", "out_of_the_databases_range", "whatever_is_a_5xx", "race_16"),
    *("at_once", "200_parallel_refreshes", "a_lost_answer", "a_spent_token", "while_the_password_is_verified", "was_under_way"),
    *("the_right_credentials", "ends_every_holder", "a_client_with_a_key_logs_in", "test_is_good_once"),
)
"""Where the database has a part in it: its types, its locks, transactions that meet. The rest is about HTTP and pages."""


class Client:
    """A synchronous face of httpx over ASGI; its event loop is in a thread of its own, for Playwright's occupies the main one."""

    def __init__(self, app, portal: BlockingPortal) -> None:
        self._portal = portal
        # An unexpected error must become an answer, as it does behind a server.
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def request(self, method: str, path: str, **options) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **options))

    def get(self, path: str, **options) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options) -> httpx.Response:
        return self.request("POST", path, **options)

    def post_at_once(self, path: str, times: int, **options) -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.post(path, **options) for _ in range(times)))

        return self._portal.call(all_of_them)

    def close(self) -> None:
        self._portal.call(self._client.aclose)


def new_api(settings: Settings) -> FastAPI:
    api = create_api(settings)
    api.include_router(customers_api.router)
    return api


everybodys_api = functools.cache(new_api)
"""To put its middleware together takes longer than most tests."""


@pytest.fixture
def served(service):
    add_demo_data(service)
    use_service(service)
    return service


@pytest.fixture
def api(served) -> FastAPI:
    """The test's own, to which it may add."""
    return new_api(served.settings)


@pytest.fixture
def client(request, served) -> Iterator[Client]:
    """A client of the test's own API if it names one, else of one that many tests have in common."""
    api = request.getfixturevalue("api") if "api" in request.fixturenames else everybodys_api(served.settings)
    with start_blocking_portal() as portal:
        client = Client(api, portal)
        yield client
        client.close()


@pytest.fixture
def tokens(client) -> dict[str, str]:
    """The pair of a fresh login, as it came over the wire."""
    return client.post("/api/auth/login", json={"username": "johndoe", "password": "def@123"}).json()


def refresh_body(tokens: dict[str, str]) -> dict[str, str]:
    return {"accessToken": tokens["token"], "refreshToken": tokens["refreshToken"]}


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['token']}"}


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert {"type", "title", "detail"} <= problem.keys()
    assert "Traceback" not in response.text
