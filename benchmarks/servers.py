"""rxapp and the floors as servers under measurement, each with one worker and a fresh database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_SECONDS = 120
SESSIONS = 32
SYNCHRONOUS = "FULL"
"""rxapp's default, and what it is measured with where nothing else is said."""

NORMAL = {"RXAPP_SQLITE_SYNCHRONOUS": "NORMAL"}
"""What is compared with others: most of them know no other, or have it as their default."""

UVICORN = ("-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--timeout-keep-alive", "75", "--port")
"""With httptools and uvloop, as `python -m rxapp serve` has it."""


FULL = {"RXAPP_SQLITE_SYNCHRONOUS": "FULL"}


class Server:
    """A running server: its port, and the file with the token pairs of its clients."""

    def __init__(self, name: str, port: int, pairs: Path, rotation: str = "rotate") -> None:
        self.name, self.port, self.pairs, self.rotation = name, port, pairs, rotation

    def load(self, scenario: str, clients: int, seconds: float) -> dict[str, float]:
        process = self.start_load(scenario, clients, seconds)
        output, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{self.name} did not stand {scenario} by {clients} clients")
        return json.loads(output)

    def start_load(self, scenario: str, clients: int, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-m", "benchmarks.load", str(self.port), scenario, str(clients), str(seconds)]
        file = self.pairs if not scenario.startswith("ping") else self.pairs.with_suffix(".ping")
        file.touch()
        if not file.read_text():
            file.write_text(json.dumps([{}] * SESSIONS))
        return subprocess.Popen([*command, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def rxapp_environment(directory: Path) -> dict[str, str]:
    """What the app and its command line are started with."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{directory}/rxapp.db",
        "RXAPP_SECRET_KEY": "a secret key for the benchmark, of more than 32 bytes",
        "RXAPP_SQLITE_SYNCHRONOUS": SYNCHRONOUS,
        "RXAPP_ACCESS_TOKEN_LIFETIME": "3600",
        "RXAPP_LOGIN_RATE_LIMIT": "0",
        "RXAPP_REFRESH_RATE_LIMIT": "0",
        "REFLEX_APP_MODULE_IMPORT": "benchmarks.bench_app",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }


@contextmanager
def rxapp(directory: Path, environment: dict[str, str] | None = None, tree: Path = ROOT) -> Iterator[Server]:
    """The whole app as people serve it, but for its pages; its request log goes to a file. `tree` has its source."""
    port = free_port()
    command = ["-m", "rxapp", "serve", "--backend-only", "--host", "127.0.0.1", "--port", str(port)]
    wanted = rxapp_environment(directory) | {"PYTHONPATH": str(tree)} | (environment or {})
    with running(command, wanted, directory / f"rxapp-{port}.log", port, cwd=tree):
        yield with_sessions(Server("rxapp", port, directory / f"rxapp-{port}.json"))


@contextmanager
def floor(directory: Path, synchronous: str = SYNCHRONOUS) -> Iterator[Server]:
    port = free_port()
    environment = {"FLOOR_DATABASE": str(directory / "floor.db"), "FLOOR_SYNCHRONOUS": synchronous}
    with running([*UVICORN, str(port), "benchmarks.floor:app"], environment, directory / "floor.log", port):
        yield with_sessions(Server("floor", port, directory / "floor.json"))


@contextmanager
def postgresql_floor(directory: Path, url: str) -> Iterator[Server]:
    """`url` in psycopg's own form."""
    port = free_port()
    environment = {"FLOOR_DATABASE": url}
    with running([*UVICORN, str(port), "benchmarks.postgresql_floor:app"], environment, directory / "pg-floor.log", port):
        yield with_sessions(Server("floor", port, directory / "pg-floor.json"))


@contextmanager
def running(
    command: list[str], environment: dict[str, str], log: Path, port: int, python: Path | str = sys.executable, cwd: Path = ROOT
) -> Iterator[subprocess.Popen]:
    """The process, once it answers on `port`; it and its children are ended afterwards."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), *command],
            cwd=cwd,
            env=os.environ | environment | {"PATH": path},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_it_answers(process, port, log)
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen) -> None:
    """With all its children, and whether or not it is still there."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(15)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def wait_until_it_answers(process: subprocess.Popen, port: int, log: Path, path: str = "/ping") -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


def with_sessions(server: Server) -> Server:
    """One session for each client, by as many logins."""
    body = json.dumps({"username": "johndoe", "password": "def@123"}).encode()
    url = f"http://127.0.0.1:{server.port}/api/auth/login"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    pairs = [json.load(urllib.request.urlopen(request, timeout=10)) for _ in range(SESSIONS)]
    server.pairs.write_text(json.dumps(pairs))
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
