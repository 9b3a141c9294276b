"""A virtual environment with the wheel and what it needs, and with nothing else that is installed here: Reflex is absent.

Nothing is downloaded: what the tests' own environment has is linked into it.
"""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def brought_by(requirements: Iterable[str]) -> set[str]:
    """The names of all distributions that are installed for these requirements: their own, and what those need in turn."""
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            known = (canonicalize_name(wanted.name), extra)
            if known in seen:
                continue
            seen.add(known)
            needed = [Requirement(text) for text in requires(wanted.name) or ()]
            waiting += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


class PlainEnvironment:
    """In `directory`, which is also the app's."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        venv.create(directory / ".venv")
        self.python = directory / ".venv" / "bin" / "python"
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self._packages = directory / ".venv" / "lib" / version / "site-packages"

    def lend(self, wheel: Path, requirements: Iterable[str]) -> None:
        """Unpack the wheel, and link what is brought by `requirements`."""
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self._packages)
        ours = Path(sysconfig.get_path("purelib"))
        for name in brought_by(requirements):
            for top in {file.parts[0] for file in distribution(name).files or ()} - {"..", "__pycache__"}:
                link = self._packages / top
                if not link.exists():
                    link.symlink_to(ours / top)

    def install(self, *arguments: str) -> None:
        """As pip does, from the index."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *arguments], cwd=self.directory, env=self._environment(), check=True)

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python in it. Nothing of the tests' Python is seen, and no setting of ours but `variables`."""
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=cwd or self.directory,
            env=self._environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        ours = ("RXAPP_", "PYTHON", "REFLEX_", "DATABASE_", "REDIS_", "PYTEST_")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
