"""Builds take turns: of tests in several processes, of two runs on one machine, and of benchmarks.

Each takes both cores for as long as it lasts, reads lists of packages that another may be writing, and fills the cache that
all installations share.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]


@contextmanager
def one_at_a_time(timeout: float = -1) -> Iterator[None]:
    """Wait for the builds of all other processes of this user, for `timeout` seconds or without end. `TimeoutError` then."""
    with FileLock(Path(tempfile.gettempdir()) / f"rxapp-builds-of-{os.getuid()}.lock", timeout=timeout):
        yield


def checkout(directory: Path) -> Path:
    """What is here, but with lists of packages of its own, for a build writes them."""
    directory.mkdir()
    for name in ("rxconfig.py", "assets", "rxapp", "tests", "chaos", "alembic", "alembic.ini"):
        (directory / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "reflex.lock", directory / "reflex.lock")
    return directory
