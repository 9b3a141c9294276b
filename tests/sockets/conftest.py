"""The app under attack, served as in production: alone in one process, and by two workers that share a Redis."""

import asyncio
import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chaos.redis_server import RedisServer
from rxapp.auth.core.audit.events import EventFilter
from tests.conftest import PASSWORD
from tests.e2e.backend import Backend
from tests.e2e.builds import ROOT
from tests.e2e.database import open_service

APP = "tests.sockets.attacked_app"

LIST_HANDLERS = f"""
import json
import {APP}
from reflex_base.registry import RegistrationContext
print(json.dumps(sorted(RegistrationContext.get().event_handlers)))
"""


@dataclass
class Attacked:
    """The server, and what tests ask of it."""

    server: Backend

    @property
    def url(self) -> str:
        return self.server.url

    def new_user(self, name: str, roles: tuple[str, ...] = ("Manager",)) -> str:
        with open_service(self.server) as service:
            service.create_user(name, PASSWORD, roles=list(roles))
        return name

    def set_roles(self, name: str, roles: list[str]) -> None:
        with open_service(self.server) as service:
            service.administration.set_roles(service.administration.find_user(name).id, roles)

    def disable(self, name: str) -> None:
        with open_service(self.server) as service:
            service.administration.disable(service.administration.find_user(name).id)

    def sessions_of(self, name: str) -> list[Any]:
        with open_service(self.server) as service:
            return list(service.administration.sessions_of(service.administration.find_user(name).id))

    def events(self, kind: str) -> list[Any]:
        with open_service(self.server) as service:
            return list(service.administration.events(EventFilter(kind=kind), limit=1_000)[1])


TRIED_ON_REDIS_EACH_TIME = (
    "test_two_at_once.py",
    "test_pages_in_any_order.py",
    "test_uploads.py::TestWithATicket",
    "::test_no_report_of_storage_however_malformed_counts_as_the_owners[redis-hydrate_and_load-bound",
)

TRIED_IN_ONE_BROWSER_EACH_TIME = (
    "_counts_as_the_owners[memory-hydrate-bound",
    "_counts_as_the_owners[memory-update_vars_internal-unbound",
    "_counts_as_the_owners[memory-on connecting-bound",
    "::test_nor_does_any_handler_after_any_report_with_good_transformed_or_failing_payloads[memory-unbound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_files-open-bound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_files-closed-unbound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_chunks-open-unbound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_chunks-closed-bound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_anybodys_files-open-bound",
    "::test_with_a_client_token_alone_it_is_refused_and_written_down[memory-take_anybodys_files-closed-unbound",
)
"""With the other of the two, one whose session is bound to a key and one whose is not, `make test-thorough` tries it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is tried on Redis by `make test-thorough`, but for what differs there."""
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        is_left = "redis" in item.name and not any(tried in item.nodeid for tried in TRIED_ON_REDIS_EACH_TIME)
        if is_left or any(left in item.nodeid for left in TRIED_IN_ONE_BROWSER_EACH_TIME):
            item.add_marker("thorough")


@pytest.fixture(scope="session", params=["memory", "redis"])
def attacked(request, tmp_path_factory) -> Iterator[Attacked]:
    """That of all files here, which one worker runs (`tests/order.py`): to start it takes seconds."""
    directory = tmp_path_factory.mktemp(request.param)
    variables = {
        "REFLEX_APP_MODULE_IMPORT": APP,
        "RXAPP_ENVIRONMENT": "development",
        "RXAPP_REFRESH_RATE_LIMIT": "10000",
    }
    redis = None
    if request.param == "redis":
        redis = RedisServer(directory)
        redis.start()
        variables |= {"REDIS_URL": redis.url, "GRANIAN_WORKERS": "2"}
    server = Backend(directory, **variables)
    server.start()
    yield Attacked(server)
    server.stop()
    if redis:
        redis.stop()


@functools.cache
def handlers() -> tuple[str, ...]:
    """Every event handler that the app has registered, Reflex's own among them."""
    clock = Path(tempfile.mkdtemp()) / "clock"
    clock.write_text("0")
    environment = {
        "PATH": "",
        "DATABASE_URL": "sqlite:///unused.db",
        "RXAPP_SECRET_KEY": "of a test that lists handlers, and of nothing else",
        "RXAPP_TEST_CLOCK_FILE": str(clock),
        "RXAPP_TEST_CRASH_FILE": "unused",
    }
    listed = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return tuple(json.loads(listed.stdout.splitlines()[-1]))


def asynchronously(test: Callable[..., Coroutine]) -> Callable:
    """Run the test on an event loop in a thread of its own, for Playwright's may occupy the main one."""

    @functools.wraps(test)
    def run(*arguments: Any, **options: Any) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(copy_context().run, asyncio.run, test(*arguments, **options)).result()

    return run
