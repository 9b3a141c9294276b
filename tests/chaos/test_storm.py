"""The short version of `make chaos`: workers are killed, the database and Redis restarted under load."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from chaos.app import App
from chaos.redis_server import RedisServer
from chaos.storm import every, storm
from rxapp.auth import Database
from tests.conftest import empty

CLIENTS = 8
PAGES = 4


@pytest.fixture
def run(postgresql, tmp_path):
    """Starts the app as wanted and lets the storm rage; afterwards nothing is left of either."""
    apps = []

    def run(seconds: float, *faults, **options):
        app = App(tmp_path, postgresql.url, **options)
        apps.append(app)
        app.start()
        with ThreadPoolExecutor(1) as thread:  # Playwright's event loop may occupy the main one
            return thread.submit(asyncio.run, storm(app, CLIENTS, seconds, [fault(app) for fault in faults], PAGES)).result()

    yield run
    for app in apps:
        app.stop()
    database = Database(postgresql.url)
    empty(database)
    database.dispose()


@pytest.fixture
def redis_server(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.mark.thorough
def test_nobody_is_signed_out_and_everybody_goes_on_rotating_though_workers_are_killed_and_the_database_restarts(run, postgresql):
    kills = []

    def restart() -> None:
        postgresql.stop()
        postgresql.start()

    outcome = run(
        7,
        lambda app: partial(every, 3, 2, lambda: kills.append(app.kill_a_worker())),
        lambda _: partial(every, 5, 1, restart),
        workers=3,
    )
    assert len(kills) == 2
    assert outcome.logged_out == []
    assert outcome.sent_to_login == []
    assert outcome.forked == 0, "no session has two live successors"
    assert (outcome.revoked_sessions, outcome.reuse_detections) == (0, 0)
    assert outcome.failures["500"] == 0
    assert outcome.failures["503"] > 0, "the storm was met"
    assert outcome.rotating_afterwards == CLIENTS


@pytest.mark.production
def test_nobody_is_signed_out_and_every_page_goes_on_though_redis_restarts_and_forgets_everything(run, redis_server):
    def restart() -> None:
        redis_server.stop()
        time.sleep(0.6)  # longer than between two clicks
        redis_server.start()

    outcome = run(5, lambda _: partial(every, 2, 1, restart), workers=2, redis_url=redis_server.url)
    assert outcome.is_well
    assert outcome.clicks_not_done["told"] > 0, "the restart was met"
    assert outcome.clicks > PAGES
