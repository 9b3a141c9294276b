"""An example, copied to where nothing of ours is around it, migrated by its README's commands, built and served."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.builds import ROOT
from tests.e2e.server import Server

NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.db*", "reflex.lock")


class ExampleServer(Server):
    def __init__(self, directory: Path, name: str) -> None:
        super().__init__(directory)
        self.working_directory = directory / name
        self._module = f"{name}.{name}"
        shutil.copytree(ROOT / "examples" / name, self.working_directory, ignore=NOT_COPIED)
        shutil.copytree(ROOT / "reflex.lock", self.working_directory / "reflex.lock")  # nothing is resolved anew

    def run(self, *module_and_arguments: str) -> None:
        """A command of Python's, such as `reflex db migrate`, as a person types it there."""
        command = [sys.executable, "-m", *module_and_arguments]
        subprocess.run(command, cwd=self.working_directory, env=self._environment(is_built=True), check=True, capture_output=True)

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {"PYTHONPATH": str(ROOT), "REFLEX_APP_MODULE_IMPORT": self._module}
