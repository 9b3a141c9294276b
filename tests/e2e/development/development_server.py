"""The app as a developer runs it: Reflex's development server has the pages, and the backend another port."""

import contextlib
import time

import httpx

from tests.e2e.server import BUILD_TIMEOUT_SECONDS, Server, free_port


class DevelopmentServer(Server):
    """`reflex run`, with the same database, clock and settings as `Server`."""

    backend_host = ""
    """Empty is what the settings say: this machine only."""

    other_database = ""
    """Its URL. Without one it is a SQLite file."""

    @property
    def database_url(self) -> str:
        return self.other_database or super().database_url

    def _command(self, is_built: bool) -> list[str]:
        self.backend_port = free_port()
        command = super()._command(is_built=False)
        command = command[: command.index("--env")]
        host = ["--backend-host", self.backend_host] if self.backend_host else []
        return [*command, "--frontend-port", str(self.port), "--backend-port", str(self.backend_port), *host]

    def _wait_until_it_answers(self) -> None:
        """Both servers."""
        deadline = time.monotonic() + BUILD_TIMEOUT_SECONDS
        waits_for = [f"{self.url}/", f"http://127.0.0.1:{self.backend_port}/ping"]
        while waits_for and time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(waits_for[0], timeout=10).status_code == httpx.codes.OK:
                    waits_for.pop(0)
                    continue
            time.sleep(0.1)
        if waits_for:
            self.stop()
            raise RuntimeError(f"{waits_for[0]} did not answer:\n{self.log.read_text()[-4000:]}")
