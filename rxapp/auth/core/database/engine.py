"""The database: SQLAlchemy's engine with our configuration, connections, sessions and transactions."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

from rxapp.auth.core.database.nonblocking_sqlite import NonBlockingDatabase
from rxapp.auth.core.database.outages import DatabaseUnavailable, translate_outages
from rxapp.auth.core.database.postgresql_server import prepare_postgresql
from rxapp.auth.core.database.sqlite_file import create_sqlite_file, write_ahead_log
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from rxapp.auth.core.settings.settings import Settings

SQLITE_BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for a write of another process before it fails."""

_BETWEEN_ATTEMPTS = 0.01
"""Seconds."""

_AUTOCOMMIT = "rxapp_autocommit"

_COMMITS_AT_ONCE = ("NORMAL", "OFF")
"""Values of SQLite's `synchronous` with which a commit does not wait for the disk."""

_DEFAULT_LIMITS = DatabaseLimits()


class Database:
    """Opens connections and SQLModel sessions. Threads may share one instance. Each method raises `DatabaseUnavailable`.

    On SQLite this process has one writer at a time, with a lock of its own. SQLite's file lock is unfair: the slowest of several
    threads waits for more than a second. Across processes the busy timeout is enough, because every write transaction is short
    and takes the write lock in its first statement. (SQLite cannot upgrade a transaction that has read first.)
    """

    def __init__(self, url: str, *, sqlite_synchronous: str = "FULL", limits: DatabaseLimits = _DEFAULT_LIMITS) -> None:
        self._is_sqlite = url.startswith("sqlite")
        # Each thread keeps its own SQLite connection, so their number has no limit.
        options = {"max_overflow": -1} if self._is_sqlite else limits.engine_options(make_url(url))
        # Errors must not show the parameters: password hashes are among them.
        self.engine: Engine = create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT", **options)
        self._autocommit = self.engine.execution_options(**{_AUTOCOMMIT: True})
        self.write_lock: AbstractContextManager[Any] = nullcontext()
        if self._is_sqlite:
            self.write_lock = threading.Lock()
            self._per_thread = threading.local()
            _prepare_sqlite(self.engine, sqlite_synchronous)
        else:
            prepare_postgresql(self.engine, limits)
        _begin_by_statement(self.engine, "BEGIN IMMEDIATE" if self._is_sqlite else limits.begin_statement())
        writes_at_once = self._is_sqlite and sqlite_synchronous in _COMMITS_AT_ONCE
        log = write_ahead_log(self.engine.url) if self._is_sqlite and not writes_at_once else None
        self.nonblocking: NonBlockingDatabase = NonBlockingDatabase(
            self._autocommit, self.write_lock, reads=self._is_sqlite, writes=writes_at_once, log=log
        )

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database that the settings name."""
        return cls(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous, limits=settings.database_limits)

    @contextmanager
    def connect(self, *, pings: bool = True) -> Iterator[Connection]:
        """A connection on which each statement is a transaction of its own; one that writes holds `write_lock`.

        If the answer to a statement was lost, it may have been executed. So use this for statements that may run twice. `pings`
        tests a pooled connection first, at the cost of a round trip. `PreparedStatement.fetch` reconnects by itself, so callers
        that begin with it need no ping.
        """
        opened = self._thread_connection() if self._is_sqlite else self._pooled(self._autocommit, pings)
        with translate_outages(), opened as connection:
            yield connection

    def reading(self, *, may_wait: bool) -> AbstractContextManager[Connection]:
        """A connection for one statement that reads. Without `may_wait` it raises `WouldBlock` rather than wait."""
        return self.connect(pings=False) if may_wait else self.nonblocking.reading()

    def writing(self, *, may_wait: bool) -> AbstractContextManager[Connection]:
        """A connection for one statement that writes. Without `may_wait` it raises `WouldBlock` rather than wait."""
        return self._writing() if may_wait else self.nonblocking.writing()

    def sync(self) -> None:
        """Wait until all that anybody has committed is on the disk. Another may have committed and still wait for that."""
        try:
            self.nonblocking.sync()
        except OSError as error:
            raise DatabaseUnavailable(error, may_retry=False, is_outcome_known=False) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.connect(pings=False) as connection, self.write_lock:
            yield connection

    @contextmanager
    def _pooled(self, engine: Engine, pings: bool) -> Iterator[Connection]:
        with engine.connect() as connection:
            if pings and not self._is_sqlite:
                _replace_if_lost(connection)
            yield connection

    @contextmanager
    def _thread_connection(self) -> Iterator[Connection]:
        """The thread's own SQLite connection. Taking one from the pool would cost more than a rotation's statements."""
        if not hasattr(self._per_thread, "connection"):
            self._per_thread.connection = self._autocommit.connect()
        try:
            yield self._per_thread.connection
        except BaseException:
            self._per_thread.connection.rollback()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading objects. It holds no transaction open."""
        with self.connect() as connection, Session(connection, expire_on_commit=False) as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in one transaction. It commits at the end of the block, and rolls back after any error."""
        with translate_outages(), self.write_lock, self._pooled(self.engine, pings=True) as connection, connection.begin():
            yield connection
            with translate_outages(is_committing=True):
                connection.commit()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """`transaction` with a session for objects. The objects stay readable after the commit."""
        with self.transaction() as connection, Session(connection, expire_on_commit=False) as db:
            yield db
            db.flush()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _replace_if_lost(connection: Connection) -> None:
    """Reconnect if a restarted server or a proxy has closed the connection while it was in the pool."""
    driver: Any = connection.connection.dbapi_connection  # there is one: the pool has just given it
    try:
        connection.dialect.do_ping(driver)
    except connection.dialect.loaded_dbapi.Error as error:
        connection.invalidate(error)


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "do_connect")
    def create_file(*_: Any) -> None:
        create_sqlite_file(engine.url)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        _use_write_ahead_log(cursor)
        for pragma in (f"synchronous = {synchronous}", "foreign_keys = ON", f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Of several processes that open a new file at once, one changes its mode. SQLite does not let the others wait for it."""
    give_up = time.monotonic() + SQLITE_BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(_BETWEEN_ATTEMPTS)
        else:
            return


def _begin_by_statement(engine: Engine, statement: str) -> None:
    """Begin transactions with SQL. Driver connections stay in autocommit, because switching costs more than a lookup by key."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_AUTOCOMMIT):
            connection.exec_driver_sql(statement)
