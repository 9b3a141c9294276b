"""A disk that fills up under SQLite, and is emptied again: a file system of its own, which only root may mount."""

import asyncio
import contextlib
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

from chaos.app import App
from chaos.storm import Outcome, storm

SIZE = "12m"
FULL_SECONDS = 5


def full_disk(directory: Path, clients: int, seconds: float) -> Outcome | None:
    """The outcome, or None where file systems may not be mounted."""
    directory.mkdir()
    disk = directory / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", disk], check=False).returncode:
        return None
    app = App(directory, f"sqlite:///{disk}/rxapp.db", workers=1)
    try:
        app.start()
        return asyncio.run(storm(app, clients, seconds, [lambda: _fill(disk)]))
    finally:
        app.stop()
        subprocess.run(["umount", "--lazy", disk], check=True)


async def _fill(disk: Path) -> None:
    await asyncio.sleep(3)
    with _filled(disk):
        await asyncio.sleep(FULL_SECONDS)


@contextlib.contextmanager
def _filled(disk: Path) -> Iterator[None]:
    filler = disk / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    yield
    filler.unlink()
