"""A real PgBouncer in front of a PostgreSQL, in transaction mode: few server connections for any number of clients."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from chaos.app import free_port
from chaos.debian import find_or_install

SERVER_CONNECTIONS = 4
TIMEOUT_SECONDS = 20


class PgBouncer:
    """Runs from `start` to `stop`. It takes no startup options, unless it `ignores_options`, as some hosts set it."""

    def __init__(self, postgresql_url: str, *, ignores_options: bool = False, mode: str = "transaction") -> None:
        behind = make_url(postgresql_url)
        self._owner = Path(behind.query["host"]).stat().st_uid  # it alone may use PostgreSQL's socket
        # Not in a directory of the tests: another user must get in.
        self._port, self._directory = free_port(), Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self._port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": mode,
            "default_pool_size": SERVER_CONNECTIONS,
            "max_client_conn": 200,
            "logfile": self._directory / "pgbouncer.log",
        }
        if ignores_options:
            settings["ignore_startup_parameters"] = "options"
        where = " ".join(f"{name}={value}" for name, value in (("host", behind.query["host"]), ("user", behind.username)))
        lines = [f"{name} = {value}" for name, value in settings.items()]
        self._config = self._directory / "pgbouncer.ini"
        self._config.write_text("\n".join(["[databases]", f"* = {where}", "[pgbouncer]", *lines, ""]))
        self.url = behind.set(host="127.0.0.1", port=self._port, query={}).render_as_string(hide_password=False)

    def start(self) -> None:
        """Start, and return when it answers."""
        user = self._owner if os.geteuid() == 0 else None  # it refuses to run as root
        if user is not None:
            os.chown(self._directory, user, -1)
        command = [find_pgbouncer(), "-q", str(self._config)]
        self._process = subprocess.Popen(command, user=user, cwd=self._directory)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, (self._directory / "pgbouncer.log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop. All clients are disconnected."""
        self._process.terminate()
        self._process.wait(TIMEOUT_SECONDS)

    def remove(self) -> None:
        """After it was stopped for good."""
        shutil.rmtree(self._directory)


def find_pgbouncer() -> str | None:
    """The program, if it can be had here."""
    return find_or_install("pgbouncer", "pgbouncer")
