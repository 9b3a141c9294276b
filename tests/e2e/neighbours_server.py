"""Serves the app of people who take turns, below a path: an app that is the only one on its host is what the other tests have."""

import shutil
from pathlib import Path

from tests.e2e.server import ROOT, Server


class NeighboursServer(Server):
    """It needs packages that ours does not, and so its own list of them (`reflex.lock`) and a directory to write that in."""

    prefix = "/next-door"

    def __init__(self, directory: Path, port: int | None = None) -> None:
        super().__init__(directory, port)
        self.working_directory = directory / "app"
        self.working_directory.mkdir()
        for name in ("rxconfig.py", "assets", "rxapp", "tests", "chaos", "alembic", "alembic.ini"):
            (self.working_directory / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "reflex.lock", self.working_directory / "reflex.lock")

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {
            "REFLEX_APP_MODULE_IMPORT": "tests.e2e.neighbours_app",
            "REFLEX_FRONTEND_PATH": self.prefix,
        }
