"""A real `reflex run --env prod` in a process of its own, with a database, a port and a clock of its own."""

import contextlib
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from rxapp.auth.web.server.workers import STOP_TIMEOUT_SECONDS
from tests.e2e.builds import checkout, one_at_a_time

BUILD_TIMEOUT_SECONDS = 240
BUILT = Path("build") / "client"
SECRET_KEY = secrets.token_urlsafe(48)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process: subprocess.Popen, how: signal.Signals, *, seconds: float) -> None:
    """Signal the process and what it has started, and wait. `reflex run`, which names no time for its workers, is killed then."""
    os.killpg(process.pid, how)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        if "reflex" not in process.args:
            raise
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Server:
    """Start, kill and start again; the clock goes on from where the tests put it."""

    is_behind_proxy = False
    """Whether something else than the app may refuse a request, in words of its own."""

    prefix = os.environ.get("RXAPP_TEST_PREFIX", "")
    """The path below which the pages are. `make test-below-a-path` gives them one."""

    builds_as_it_starts = True
    """Unless the pages are built already."""

    argon2 = {"argon2_memory_kib": 64, "argon2_time_cost": 1}
    """Cheap: each test signs in, and hardly one is about hashing. Production refuses it."""

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = directory / "server.log"
        self.pages = directory / "web"
        self.database_file = directory / "rxapp.db"
        self._clock_file = directory / "clock"
        self._crash_file = directory / "crash"
        self._process: subprocess.Popen | None = None
        self.move_clock_to(0)

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.database_file}"

    @functools.cached_property
    def working_directory(self) -> Path:
        return checkout(self.directory / "app")

    @property
    def pages_url(self) -> str:
        """Where the pages are: what an address of a page, without a slash before it, is relative to."""
        return f"{self.url}{self.prefix}/"

    @property
    def process_group(self) -> int:
        return self._process.pid

    def start(self, *, is_built: bool = False) -> None:
        if is_built or not self.builds_as_it_starts:
            self._start(is_built)
        else:
            with one_at_a_time():
                self._start(is_built)

    def _start(self, is_built: bool) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(is_built),
                cwd=self.working_directory,
                env=self._environment(is_built),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def another(self, directory: Path) -> "Server":
        """Another server of this kind, for the same built pages and so at the same address: this one must be stopped first."""
        server = type(self)(directory, port=self.port)
        server.pages = self.pages
        return server

    def copy_pages(self, pages: str, url: str) -> None:
        """Those built for a server at `url`: the address stands in one file, which then has no compressed twin any more."""
        shutil.copytree(Path(pages) / BUILT, self.pages / BUILT)
        (naming,) = (self.pages / BUILT).rglob("assets/reflex-env-*.js")
        naming.write_text(naming.read_text().replace(url.partition("://")[2], self.url.partition("://")[2]))
        for twin in naming.parent.glob(f"{naming.name}.*"):
            twin.unlink()

    def _command(self, is_built: bool) -> list[str]:
        if is_built:
            return [sys.executable, "-m", "rxapp", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        command = [sys.executable, "-m", "reflex", "run", "--env", "prod"]
        return [*command, "--frontend-port", str(self.port), "--backend-port", str(self.port)]

    def _environment(self, is_built: bool) -> dict[str, str]:
        bin_directory = Path(sys.executable).parent
        return os.environ | {
            "PATH": f"{bin_directory}{os.pathsep}{os.environ['PATH']}",
            "DATABASE_URL": self.database_url,
            "RXAPP_SECRET_KEY": SECRET_KEY,
            **{f"RXAPP_{name.upper()}": str(cost) for name, cost in self.argon2.items()},
            # All tests have one address. What counts for an account or a session is as people have it.
            "RXAPP_LOGIN_ADDRESS_RATE_LIMIT": "10000",
            "RXAPP_REGISTRATION_RATE_LIMIT": "10000",
            "RXAPP_TEST_CLOCK_FILE": str(self._clock_file),
            "RXAPP_TEST_CRASH_FILE": str(self._crash_file),
            "REFLEX_APP_MODULE_IMPORT": "tests.e2e.served_app",
            "REFLEX_TELEMETRY_ENABLED": "false",
            "REFLEX_WEB_WORKDIR": str(self.pages),  # the built pages name the server's port
            "REFLEX_SKIP_COMPILE": str(is_built),
            **({"REFLEX_FRONTEND_PATH": self.prefix} if self.prefix else {}),
        }

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + BUILD_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/ping", timeout=1).status_code == 200:
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """As a crash would: no handler runs, no answer in flight is finished."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        end(self._process, how, seconds=STOP_TIMEOUT_SECONDS + 10)
        self._process = None

    def crash_at_next_rotation(self) -> None:
        """Have the server kill itself between the commit of the next rotation and its answer."""
        self._crash_file.touch()

    def wait_for_crash(self) -> None:
        deadline = time.monotonic() + 30
        while self._crash_file.exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the server did not crash")
            time.sleep(0.02)

    def now(self) -> datetime:
        """What time it is on the server."""
        return datetime.now(UTC) + timedelta(seconds=float(self._clock_file.read_text()))

    def move_clock(self, seconds: float) -> None:
        self.move_clock_to(float(self._clock_file.read_text()) + seconds)

    def move_clock_to(self, seconds: float) -> None:
        draft = self._clock_file.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._clock_file)
