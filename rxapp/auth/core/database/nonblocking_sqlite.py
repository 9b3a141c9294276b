"""SQLite for who must not wait, which is an event loop: a row is found faster than a thread is woken."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError


class WouldBlock(Exception):
    """It cannot be done without waiting, or not so simply, and nothing has been done: do it where one may wait."""


class NonBlockingDatabase:
    """Each way in raises `WouldBlock` rather than wait for a lock, and for whatever goes wrong: who waits is told what it is.

    Reading waits for nobody in SQLite's write-ahead log. Writing is for a database whose commits do not wait for the disk either
    (`synchronous=NORMAL`): of those, one in a thousand still does, when the log is written back. Other databases: never.
    """

    def __init__(self, engine: Engine, write_lock: AbstractContextManager[Any], *, reads: bool, writes: bool) -> None:
        self._engine = engine
        self._write_lock: Any = write_lock
        self._reads, self._writes = reads, writes
        self._kept = threading.local()

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
        """A connection in one transaction, alone with the right to write: committed on leaving, rolled back on any error."""
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
                driver.rollback()  # if it was not committed
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise WouldBlock from error
        finally:
            self._write_lock.release()

    def _connection(self) -> Connection:
        """The thread's own, which never goes back to the pool: others are to wait for locks."""
        if not hasattr(self._kept, "connection"):
            connection = self._engine.connect()
            connection.detach()
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            self._kept.connection = connection
        return self._kept.connection
