"""A disk that gets full under the database, and is emptied again. It is a separate file system, which only root may mount."""

import asyncio
import contextlib
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from chaos.app import App
from chaos.postgresql import PostgreSQL
from chaos.storm import Outcome, storm

SQLITE_SIZE = "12m"
POSTGRESQL_SIZE = "160m"
"""`initdb` writes 40 MB. The write-ahead log grows by 16 MB at a time."""

FULL_SECONDS = 5


def full_disk_under_sqlite(directory: Path, clients: int, seconds: float, pages: int) -> Outcome | None:
    """The outcome, or None if this process may not mount file systems."""
    with _disk(directory, SQLITE_SIZE) as disk:
        if disk is None:
            return None
        app = App(directory, f"sqlite:///{disk}/rxapp.db", workers=1)
        try:
            app.start()
            return asyncio.run(storm(app, clients, seconds, [lambda: _fill(disk)], pages))
        finally:
            app.stop()


def full_disk_under_postgresql(directory: Path, clients: int, seconds: float, pages: int) -> Outcome | None:
    """The same. PostgreSQL stops when there is no room for its log. It is started again when there is."""
    with _disk(directory, POSTGRESQL_SIZE) as disk:
        if disk is None:
            return None
        postgresql = PostgreSQL(disk / "data")
        app = App(directory, postgresql.url, workers=4)
        try:
            app.start()
            return asyncio.run(storm(app, clients, seconds, [lambda: _fill(disk, postgresql)], pages))
        finally:
            app.stop()
            postgresql.close()


@contextlib.contextmanager
def _disk(directory: Path, size: str) -> Iterator[Path | None]:
    disk = directory / "disk"
    disk.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", disk], check=False).returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


async def _fill(disk: Path, postgresql: PostgreSQL | None = None) -> None:
    await asyncio.sleep(3)
    with _filled(disk):
        if postgresql is not None:
            await asyncio.to_thread(_use_up_the_log, postgresql)
        await asyncio.sleep(FULL_SECONDS)
    if postgresql is not None and not postgresql.is_running():
        await asyncio.to_thread(postgresql.start)


def _use_up_the_log(postgresql: PostgreSQL) -> None:
    """Use up the log space that PostgreSQL has reserved. Otherwise it would last longer than the disk is full."""
    engine = sa.create_engine(postgresql.url, isolation_level="AUTOCOMMIT")
    with contextlib.suppress(sa.exc.OperationalError), engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'rxapp', 'x')"))
    engine.dispose()


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
