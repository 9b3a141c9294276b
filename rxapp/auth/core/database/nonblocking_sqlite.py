"""Non-blocking SQLite for the event loop: finding a row takes less time than waking a thread.

With `synchronous=FULL`, a commit here does not wait for the disk. It is no promise yet: whoever commits calls `sync` in a thread
before they tell anybody, and many do so together (`http/runtime/group_commit.py`).
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

COMMITS_UNTIL_CHECKPOINT = 250
"""So many commits fill SQLite's usual 1,000 pages of its log. Then a thread writes them back, which waits for the disk twice."""


class WouldBlock(Exception):
    """The operation would block or has failed, and nothing was changed. Do it again in a thread, where waiting is allowed."""


class NonBlockingDatabase:
    """Each method raises `WouldBlock` instead of waiting for a lock, and after any error, which the blocking way then reports.

    With SQLite's write-ahead log, readers wait for nobody. With `writes`, commits do not wait for the disk by themselves
    (`synchronous=NORMAL`); one in a thousand still waits, at a checkpoint of the log. With `log`, the path of the write-ahead
    log, none does, and each has to be followed by `sync`. Other databases always raise.
    """

    def __init__(
        self, engine: Engine, write_lock: AbstractContextManager[Any], *, reads: bool, writes: bool, log: Path | None = None
    ) -> None:
        self._engine = engine
        self._write_lock: Any = write_lock
        self._reads, self._writes, self._log = reads, writes or log is not None, log
        self._per_thread = threading.local()
        self._unsynced = 0
        self._since_checkpoint = 0

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which each statement is by itself."""
        if not self._reads:  # said before anything is computed in vain
            raise WouldBlock
        return self._reading()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            yield self._connection()
        except SQLAlchemyError as error:
            raise WouldBlock from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in one transaction that holds the write lock. It commits at the end, and rolls back after any error."""
        if not self._writes or not self._write_lock.acquire(blocking=False):
            raise WouldBlock
        try:
            connection = self._connection()
            driver: Any = connection.connection.dbapi_connection
            try:
                driver.execute("BEGIN IMMEDIATE")
                yield connection
                driver.commit()
                self._unsynced += self._log is not None
            finally:
                driver.rollback()  # does nothing after a commit
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise WouldBlock from error
        finally:
            self._write_lock.release()

    @property
    def has_unsynced(self) -> bool:
        """Whether something was committed here since the last `sync` began."""
        return self._unsynced > 0

    def begin_sync(self) -> None:
        """What was committed so far is in the hands of the `sync` that follows."""
        self._since_checkpoint += self._unsynced
        self._unsynced = 0

    def sync(self) -> None:
        """Wait until all that was committed before is on the disk. For a thread. Raises `OSError`."""
        if self._log is None:
            return
        descriptor = os.open(self._log, os.O_RDWR)  # anew: it may be another file by now
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def checkpoint(self) -> None:
        """Write the log back into the database if it has become long. For a thread. If this fails, it is tried again later."""
        if self._since_checkpoint < COMMITS_UNTIL_CHECKPOINT:
            return
        self._since_checkpoint = 0
        with suppress(SQLAlchemyError), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def _connection(self) -> Connection:
        """The thread's own connection. It never goes back to the pool, because pooled connections do wait for locks."""
        if not hasattr(self._per_thread, "connection"):
            connection = self._engine.connect()
            connection.detach()
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            if self._log is not None:
                connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
                connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
            self._per_thread.connection = connection
        return self._per_thread.connection
