"""The API alone, served as `deploy/rxapp.service` does; it needs no build and so starts within seconds."""

import os
import signal
import sys
from pathlib import Path

from tests.e2e.server import Server


class Backend(Server):
    """`variables` are added to its environment."""

    builds_as_it_starts = False

    def __init__(self, directory: Path, **variables: str) -> None:
        super().__init__(directory)
        self.url = f"http://127.0.0.1:{self.port}"
        self._variables = variables
        if variables.get("RXAPP_ENVIRONMENT") == "production":
            self.argon2 = {}

    def _command(self, is_built: bool) -> list[str]:
        return [sys.executable, "-m", "rxapp", "serve", "--backend-only", "--host", "127.0.0.1", "--port", str(self.port)]

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | self._variables

    def terminate(self) -> None:
        """As systemd does with `KillMode=mixed`: the main process is told, and tells its workers."""
        os.kill(self._process.pid, signal.SIGTERM)

    def exit_code(self) -> int:
        return self._process.wait(timeout=30)
