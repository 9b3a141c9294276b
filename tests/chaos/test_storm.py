"""The short version of `make chaos`: workers are killed and the database restarted while clients rotate."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from chaos.app import App
from chaos.storm import every, storm
from rxapp.auth import Database
from tests.conftest import empty

CLIENTS = 8


@pytest.fixture
def app(postgresql, tmp_path):
    app = App(tmp_path, postgresql.url, workers=3)
    app.start()
    yield app
    app.stop()
    database = Database(postgresql.url)
    empty(database)
    database.dispose()


def test_nobody_is_signed_out_and_everybody_goes_on_rotating_though_workers_are_killed_and_the_database_restarts(app, postgresql):
    def restart() -> None:
        postgresql.stop()
        postgresql.start()

    faults = [partial(every, 3, 3, app.kill_a_worker), partial(every, 5, 1, restart)]
    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop may occupy the main one
        outcome = thread.submit(asyncio.run, storm(app, CLIENTS, 10, faults)).result()
    assert app.kills == 3
    assert outcome.signed_out == []
    assert outcome.forked == 0, "no session has two live successors"
    assert (outcome.revoked_sessions, outcome.reuse_detections) == (0, 0)
    assert outcome.failures["500"] == 0
    assert outcome.failures["503"] > 0, "the storm was met"
    assert outcome.rotating_afterwards == CLIENTS
