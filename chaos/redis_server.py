"""A real Redis with `deploy/redis.conf`. It can be stopped and started again while it is in use, and is empty then."""

import contextlib
import random
import socket
import subprocess
from pathlib import Path

import redis

from chaos.app import ROOT
from tests.e2e.production_server import find_redis_server, wait_until

STOP_TIMEOUT_SECONDS = 30

PORTS = range(20_000, 22_768)
"""A member of a cluster also listens 10,000 above its port. Neither is a port that the system gives to others."""


class RedisServer:
    """Runs from `start` to `stop`. Its data are not kept, as in production."""

    def __init__(self, directory: Path) -> None:
        self._port, self._log = _free_port(), directory / "redis.log"
        self._config = directory / "redis.conf"
        config = (ROOT / "deploy" / "redis.conf").read_text().replace("port 6379", f"port {self._port}")
        self._config.write_text(f"{config}\ndir {directory}\n")
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self, *options: str) -> None:
        """Start, and return when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([find_redis_server(), str(self._config), *options], stdout=log, stderr=log)
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            wait_until(lambda: self._answers(client))

    def stop(self) -> None:
        """Stop. All clients are disconnected."""
        self._process.terminate()
        self._process.wait(STOP_TIMEOUT_SECONDS)

    def _answers(self, client: redis.Redis) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _free_port() -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
