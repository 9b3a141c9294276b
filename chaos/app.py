"""rxapp as `serve` runs it. Its workers can be killed, its clock can be set, and it can have a Redis."""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from rxapp.auth import AuthService, Database, Settings
from rxapp.auth.core.maintenance.demo_users import DEMO_PASSWORD, DEMO_USERS
from rxapp.demo.migrations import migrate

ROOT = Path(__file__).resolve().parents[1]
SECRET_KEY = secrets.token_urlsafe(48)
START_TIMEOUT_SECONDS = 120
USER_NAME, PASSWORD = next(iter(DEMO_USERS)), DEMO_PASSWORD


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class App:
    """Migrates the database, makes one user, and runs the app until `stop`. That of `module` has a clock that can be set."""

    def __init__(
        self, directory: Path, database_url: str, *, workers: int, redis_url: str = "", module: str = "tests.e2e.served_app"
    ) -> None:
        self.port, self.database_url, self.workers = free_port(), database_url, workers
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "app.log"
        self._clock_file = directory / "clock"
        self._redis_url, self._module = redis_url, module
        self.kills = 0
        self.set_clock(0)

    def start(self) -> None:
        self.prepare_database()
        command = [sys.executable, "-m", "rxapp", "serve", "--backend-only", "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_it_answers()

    def environment(self) -> dict[str, str]:
        """The environment variables of the app."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {
            "PATH": path,
            "DATABASE_URL": self.database_url,
            # Production accepts several workers only with Redis. Storms without Redis test the database alone.
            "RXAPP_ENVIRONMENT": "production" if self._redis_url or self.workers == 1 else "development",
            "RXAPP_DEMO_DATA": "false",
            "RXAPP_SECRET_KEY": SECRET_KEY,
            "RXAPP_LOGIN_RATE_LIMIT": "100",  # the most that production accepts; nobody mistypes in the storm
            "RXAPP_REFRESH_RATE_LIMIT": "1000000",
            "RXAPP_CONNECTIONS_PER_ADDRESS": "1000000",  # all pages have the same address
            "RXAPP_TEST_CLOCK_FILE": str(self._clock_file),
            "RXAPP_TEST_CRASH_FILE": str(self._clock_file.with_name("crash")),
            "REFLEX_APP_MODULE_IMPORT": self._module,
            "REFLEX_TELEMETRY_ENABLED": "false",
            "GRANIAN_WORKERS": str(self.workers),
        }
        if self._redis_url:
            environment["REDIS_URL"] = self._redis_url
        return environment

    def prepare_database(self) -> None:
        """Migrate, and make the user if there is none."""
        database = Database(self.database_url)
        migrate(database)
        service = AuthService(Settings(_env_file=None, secret_key=SECRET_KEY), database)
        if service.administration.find_user(USER_NAME) is None:
            service.create_user(USER_NAME, PASSWORD, roles=["Manager"])
        database.dispose()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/ping", timeout=1).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"the app did not start:\n{self.log.read_text()[-4000:]}")

    def worker_ids(self) -> list[int]:
        """The processes that the supervisor has forked, the oldest first."""
        children = psutil.Process(self._process.pid).children()
        return [child.pid for child in sorted(children, key=psutil.Process.create_time) if child.status() != psutil.STATUS_ZOMBIE]

    def kill_a_worker(self) -> int:
        """Kill a random worker, as the kernel does when memory runs out. No handler runs, and no answer in flight is finished.

        Never the youngest, which may not serve yet.
        """
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while len(elder := self.worker_ids()[:-1]) < 1:
            if time.monotonic() > deadline:
                raise RuntimeError("no worker was replaced")
            time.sleep(0.1)
        process_id = random.choice(elder)
        os.kill(process_id, signal.SIGKILL)
        self.kills += 1
        return process_id

    def set_clock(self, seconds: float) -> None:
        """Set the app's clock so many seconds ahead of the machine's."""
        draft = self._clock_file.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._clock_file)

    def stop(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(15)
