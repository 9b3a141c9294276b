"""Somebody else's app in a directory and a virtual environment of its own, which knows us only as an installed package."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import httpx

from tests.e2e.builds import one_at_a_time
from tests.e2e.server import BUILD_TIMEOUT_SECONDS, end, free_port

LOCK = Path(__file__).with_name("reflex.lock")
"""The JavaScript packages of such an app, as Reflex notes them: a release of one of hundreds shall not decide over a test."""


class StrangersApp:
    """In an empty directory."""

    def __init__(self, directory: Path, *packages: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._packages = packages
        self._log = directory / "server.log"
        self._process: subprocess.Popen | None = None
        self.mode = ""

    @property
    def python(self) -> Path:
        return self.directory / ".venv" / "bin" / "python"

    def make(self, *, borrows_dependencies: bool = False) -> None:
        """A new virtual environment, and what is installed in it. What that needs is installed too, or the tests' own is lent."""
        venv.create(self.directory / ".venv")
        install = ["install", "--quiet", "--disable-pip-version-check"]
        if borrows_dependencies:
            install.append("--no-deps")
            ours = sysconfig.get_path("purelib")
            theirs = self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
            Path(theirs, "lent.pth").write_text(ours)
        # By the tests' own pip: to put another one into each environment takes as long as to build the pages.
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        subprocess.run([*pip, *install, *self._packages], cwd=self.directory, env=self._environment(), check=True)
        shutil.copytree(LOCK, self.directory / LOCK.name)

    def write(self, name: str, text: str) -> None:
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments: str) -> str:
        """Run it in the app's directory; returns what it printed."""
        done = self._run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refusal(self, *arguments: str) -> str:
        """Run what must fail; returns what it said."""
        done = self._run(*arguments)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess:
        options = {"cwd": self.directory, "env": self._environment(), "stdin": subprocess.DEVNULL, "check": False}
        return subprocess.run([str(self.python), *arguments], capture_output=True, text=True, **options)  # noqa: PLW1510

    def start(self, *, mode: str = "production", is_backend_only: bool = False) -> None:
        """In development Reflex's own server has the pages, and the API another port."""
        self.mode = mode
        if is_backend_only:
            self._start("--env", "prod", "--backend-only", "--backend-port", str(self.port))
            return
        with one_at_a_time():
            if mode == "production":
                self._start("--env", "prod", "--backend-port", str(self.port), "--frontend-port", str(self.port))
            else:
                self._start("--backend-port", str(free_port()), "--frontend-port", str(self.port), path="/")

    def _start(self, *options: str, path: str = "/ping") -> None:
        command = [self.python, "-m", "reflex", "run", *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.directory, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + BUILD_TIMEOUT_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}{path}", timeout=10).status_code == 200:
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the stranger's app did not start:\n{self._log.read_text()[-4000:]}")

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            end(self._process, signal.SIGTERM, seconds=30)

    def _environment(self) -> dict[str, str]:
        """Bun and Node are those of the tests; nothing of the tests' Python is seen, and no setting of ours."""
        ours = ("RXAPP_", "PYTHON", "REFLEX_", "DATABASE_", "REDIS_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = os.pathsep.join([str(self.python.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
        return kept | {"PATH": path, "REFLEX_TELEMETRY_ENABLED": "false", "VIRTUAL_ENV": str(self.directory / ".venv")}
