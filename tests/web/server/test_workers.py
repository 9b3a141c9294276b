"""The processes of `serve`: which of them are replaced, which are ended, and what is left behind. Each is a real one."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from rxapp.auth.web.server import workers
from tests.conftest import ROOT
from tests.e2e.production_server import wait_until
from tests.e2e.server import free_port

PATIENCE_SECONDS = 30
SERVE = """
import sys
from rxapp.auth.web.server import workers
workers.STOP_TIMEOUT_SECONDS, workers._KILL_AFTER_SECONDS, workers.HANGING_SECONDS = 1, 1.5, 2
factory, port, number = sys.argv[1:]
app = f"tests.web.server.small_app:{factory}"
workers.serve_app(app, "127.0.0.1", int(port), workers=int(number), message_limit=1_000, forks=True)
"""


class Served:
    """The supervisor and its port."""

    def __init__(self, factory: str, workers: int) -> None:
        self.port = free_port()
        command = [sys.executable, "-c", SERVE, factory, str(self.port), str(workers)]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)

    def worker(self) -> int | None:
        """The process that answers, or None if none does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            return json.loads(connection.getresponse().read())["process"]
        return None

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


@pytest.fixture
def serve() -> Iterator:
    started = []

    def start(factory: str = "app", workers: int = 1) -> Served:
        started.append(Served(factory, workers))
        return started[-1]

    yield start
    for served in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(served.process.pid, signal.SIGKILL)
        served.process.wait(PATIENCE_SECONDS)


def test_a_worker_that_is_killed_is_replaced_and_the_others_answer_meanwhile(serve):
    served = serve(workers=2)
    wait_until(served.worker)
    first = {worker.pid for worker in served.workers()}
    assert len(first) == 2
    os.kill(min(first), signal.SIGKILL)
    assert served.worker() is not None
    wait_until(lambda: len({worker.pid for worker in served.workers()} - {min(first)}) == 2)
    assert served.process.poll() is None


def test_the_only_worker_is_replaced_too(serve):
    served = serve()
    wait_until(served.worker)
    first = served.worker()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: served.worker() not in (None, first))


def test_one_that_hangs_is_replaced(serve):
    served = serve()
    wait_until(served.worker)
    hanging = served.worker()
    os.kill(hanging, signal.SIGSTOP)
    wait_until(lambda: {worker.pid for worker in served.workers()} not in ({hanging}, set()))
    assert served.worker() != hanging


def test_one_that_hangs_does_not_hold_up_a_stop(serve):
    served = serve(workers=2)
    wait_until(served.worker)
    os.kill(served.workers()[0].pid, signal.SIGSTOP)
    served.process.terminate()
    assert served.process.wait(PATIENCE_SECONDS) == 0


def test_the_service_waits_longer_for_a_stop_than_it_may_take():
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", (ROOT / "deploy" / "rxapp.service").read_text(), re.MULTILINE)
    assert int(seconds) > workers.HANGING_SECONDS + workers._KILL_AFTER_SECONDS + 1


def test_a_stop_ends_all_and_well(serve):
    served = serve(workers=2)
    wait_until(served.worker)
    workers = served.workers()
    served.process.terminate()
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not any(worker.is_running() for worker in workers)


def test_a_worker_that_does_not_stop_is_killed(serve):
    served = serve("endless_app")
    wait_until(served.worker)
    (worker,) = served.workers()
    served.process.terminate()
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not worker.is_running()


def test_workers_whose_supervisor_was_killed_stop_and_leave_the_port_free(serve):
    served = serve(workers=2)
    wait_until(served.worker)
    workers = served.workers()
    served.process.kill()
    served.process.wait(PATIENCE_SECONDS)
    wait_until(lambda: not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers))
    assert served.worker() is None


def test_an_app_that_cannot_start_ends_the_server_with_an_error(serve):
    assert serve("broken_app").process.wait(PATIENCE_SECONDS) == 1


def test_a_stop_while_workers_start_is_not_forgotten(serve):
    served = serve(workers=2)
    wait_until(lambda: len(served.workers()) == 2)
    served.process.terminate()
    assert served.process.wait(PATIENCE_SECONDS) == 0
