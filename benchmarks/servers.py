"""The two servers under measurement, each with one worker and a fresh database: rxapp as people run it, and the floor."""

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
"""rxapp's default, and so the floor's in this run."""


class Server:
    """A running server: its port, and the file with the token pairs of its clients."""

    def __init__(self, name: str, port: int, pairs: Path) -> None:
        self.name, self.port, self.pairs = name, port, pairs

    def load(self, scenario: str, clients: int, seconds: float) -> dict[str, float]:
        return json.loads(self.start_load(scenario, clients, seconds).communicate()[0])

    def start_load(self, scenario: str, clients: int, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-m", "benchmarks.load", str(self.port), scenario, str(clients), str(seconds)]
        file = self.pairs if scenario != "ping" else self.pairs.with_suffix(".ping")
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
        "REFLEX_TELEMETRY_ENABLED": "false",
    }


@contextmanager
def rxapp(directory: Path) -> Iterator[Server]:
    port = _free_port()
    environment = rxapp_environment(directory)
    command = ["-m", "reflex", "run", "--env", "prod", "--backend-only", "--backend-port", str(port)]
    with _running(command, environment, directory / "rxapp.log", port):
        yield _with_sessions(Server("rxapp", port, directory / "rxapp.json"))


@contextmanager
def floor(directory: Path) -> Iterator[Server]:
    port = _free_port()
    environment = {"FLOOR_DATABASE": str(directory / "floor.db"), "FLOOR_SYNCHRONOUS": SYNCHRONOUS}
    command = ["-m", "granian", "--interface", "asgi", "--workers", "1", "--port", str(port), "benchmarks.floor:app"]
    with _running(command, environment, directory / "floor.log", port):
        yield _with_sessions(Server("floor", port, directory / "floor.json"))


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path, port: int) -> Iterator[None]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment | {"PATH": path},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, port, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_until_it_answers(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


def _with_sessions(server: Server) -> Server:
    """One session for each client, by as many logins."""
    body = json.dumps({"username": "johndoe", "password": "def@123"}).encode()
    url = f"http://127.0.0.1:{server.port}/api/auth/login"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    pairs = [json.load(urllib.request.urlopen(request, timeout=10)) for _ in range(SESSIONS)]
    server.pairs.write_text(json.dumps(pairs))
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
