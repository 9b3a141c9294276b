"""Non-blocking SQLite for the event loop: finding a row takes less time than waking a thread."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError


class WouldBlock(Exception):
    """The operation would block or has failed, and nothing was changed. Do it again in a thread, where waiting is allowed."""


class NonBlockingDatabase:
    """Each method raises `WouldBlock` instead of waiting for a lock, and after any error, which the blocking way then reports.

    With SQLite's write-ahead log, readers wait for nobody. Writing is only for a database whose commits do not wait for the disk
    (`synchronous=NORMAL`); one commit in a thousand still waits, at a checkpoint of the log. Other databases always raise.
    """

    def __init__(self, engine: Engine, write_lock: AbstractContextManager[Any], *, reads: bool, writes: bool) -> None:
        self._engine = engine
        self._write_lock: Any = write_lock
        self._reads, self._writes = reads, writes
        self._per_thread = threading.local()

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
            finally:
                driver.rollback()  # does nothing after a commit
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise WouldBlock from error
        finally:
            self._write_lock.release()

    def _connection(self) -> Connection:
        """The thread's own connection. It never goes back to the pool, because pooled connections do wait for locks."""
        if not hasattr(self._per_thread, "connection"):
            connection = self._engine.connect()
            connection.detach()
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            self._per_thread.connection = connection
        return self._per_thread.connection
