"""The processes that serve. uvicorn's supervisor replaces one that dies or hangs, and here also ends one that does not stop."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from socket import socket

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from rxapp.auth.web.server.bounded_http import BoundedHttp
from rxapp.auth.web.server.bounded_websocket import BoundedWebSocket

STOP_TIMEOUT_SECONDS = 30
"""Requests in flight are finished by then. A worker that still runs is killed."""

_KILL_AFTER_SECONDS = STOP_TIMEOUT_SECONDS + 5
"""uvicorn itself cancels what still runs after the first time, and then ends the app's own tasks."""

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps a connection that it does not use (nginx: 60). Else it would send a request that nobody reads."""

HANGING_SECONDS = 10
"""A worker that does not answer its supervisor for so long is replaced. A thread of it answers, also while it is busy.

The supervisor waits for the answer and for nothing else, a stop included: `TimeoutStopSec` of the service must allow for both.
"""


def serve_app(app: str, host: str, port: int, *, workers: int, message_limit: int, forks: bool) -> None:
    """Serve the app, which `module:factory` names, until a signal ends it. Exits with 1 if a worker cannot start.

    With `forks`, workers have a copy of what this process has loaded. `message_limit` is for one WebSocket message, in bytes.
    """
    config = configuration(app, host, port, workers, message_limit)
    if forks:
        multiprocess.get_subprocess = _forked  # type: ignore[assignment]  # pyright: ignore[reportPrivateImportUsage]
    supervisor = Workers(config, [config.bind_socket()])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        sys.exit(1)


def configuration(app: str, host: str, port: int, workers: int, message_limit: int) -> Config:
    """Uvicorn's configuration.

    Who the client is, and whether it uses TLS, is never taken from headers here: `request_source.py` knows which proxy to trust.
    """
    return Config(
        app,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        lifespan="on",  # "auto" would serve an app that could not start
        interface="asgi3",
        http=BoundedHttp,
        ws=BoundedWebSocket,
        ws_max_size=message_limit,
        ws_ping_interval=None,  # Socket.IO has pings of its own
        ws_per_message_deflate=False,  # it takes memory for each page, and compressed secrets can be guessed
        proxy_headers=False,
        server_header=False,
        access_log=False,  # `request_border.py` writes one without queries
        log_config=None,
        log_level=logging.INFO,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_TIMEOUT_SECONDS,
        timeout_worker_healthcheck=HANGING_SECONDS,
    )


class Workers(multiprocess.Multiprocess):
    """uvicorn's supervisor. At a stop it refuses new connections at once, and kills a worker that does not end."""

    def terminate_all(self) -> None:
        """Tell the workers to stop."""
        for each in self.sockets:
            each.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait until all have stopped."""
        deadline = time.monotonic() + _KILL_AFTER_SECONDS
        for process in self.processes:
            process.process.join(max(0, deadline - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
        super().join_all()


def _forked(_config: Config, target: Callable[..., None], sockets: list[socket]) -> BaseProcess:
    return get_context("fork").Process(target=_run, args=(target, sockets))


def _run(target: Callable[..., None], sockets: list[socket]) -> None:
    for number in multiprocess.SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # those of the supervisor, which it only notes
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # its other lines name each page's address, with its token
    threading.Thread(target=_stop_with_supervisor, daemon=True).start()
    target(sockets=sockets)


def _stop_with_supervisor() -> None:
    """A supervisor that was killed must not leave workers behind that hold the port."""
    supervisor = parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
