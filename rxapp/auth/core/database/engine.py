"""The database: an engine set up for this work, and the ways in."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

from rxapp.auth.core.database.nonblocking_sqlite import NonBlockingDatabase
from rxapp.auth.core.database.outages import naming_outages
from rxapp.auth.core.database.sqlite_file import create_sqlite_file
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from rxapp.auth.core.settings.settings import Settings

SQLITE_BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process's write before it fails."""

_AUTOCOMMIT = "rxapp_autocommit"

_COMMITS_AT_ONCE = ("NORMAL", "OFF")
"""Of SQLite's `synchronous`: they do not wait for the disk."""

_DEFAULT_LIMITS = DatabaseLimits()


class Database:
    """Hands out connections and SQLModel sessions. Threads may share one. Each way in raises `DatabaseUnavailable`.

    On SQLite there is one writer at a time in this process: threads that fight over the file back off unfairly, and the slowest
    of them waits for more than a second; a lock is fair. Across processes the busy timeout serves, for every write transaction is
    short and takes the write lock in its first statement (one that read first could not be upgraded, busy timeout or not).
    """

    def __init__(self, url: str, *, sqlite_synchronous: str = "FULL", limits: DatabaseLimits = _DEFAULT_LIMITS) -> None:
        self._is_sqlite = url.startswith("sqlite")
        # Each thread keeps its SQLite connection, so there may be as many as threads.
        options = {"max_overflow": -1} if self._is_sqlite else limits.engine_options(make_url(url))
        # Parameters are hidden in errors: among them are the hashes of passwords.
        self.engine: Engine = create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT", **options)
        self._autocommit = self.engine.execution_options(**{_AUTOCOMMIT: True})
        self.write_lock: AbstractContextManager[Any] = nullcontext()
        if self._is_sqlite:
            self.write_lock = threading.Lock()
            self._kept = threading.local()
            _prepare_sqlite(self.engine, sqlite_synchronous)
        _begin_by_statement(self.engine, "BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
        writes_at_once = self._is_sqlite and sqlite_synchronous in _COMMITS_AT_ONCE
        self.nonblocking: NonBlockingDatabase = NonBlockingDatabase(
            self._autocommit, self.write_lock, reads=self._is_sqlite, writes=writes_at_once
        )

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database that the settings name."""
        return cls(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous, limits=settings.database_limits)

    @contextmanager
    def connect(self, *, pings: bool = True) -> Iterator[Connection]:
        """A connection on which each statement is a transaction of its own; one that writes waits for `write_lock`.

        A statement whose answer was lost may have been done, so this is for what does no harm when it is done again. Without
        `pings` nobody has asked whether the connection still stands, which is another round trip: for who begins with
        `PreparedStatement.fetch`, which finds out by itself.
        """
        with naming_outages(), self._threads_own() if self._is_sqlite else self._pooled(self._autocommit, pings) as connection:
            yield connection

    @contextmanager
    def _pooled(self, engine: Engine, pings: bool) -> Iterator[Connection]:
        with engine.connect() as connection:
            if pings and not self._is_sqlite:
                _replace_if_lost(connection)
            yield connection

    @contextmanager
    def _threads_own(self) -> Iterator[Connection]:
        """The thread's SQLite connection, which it keeps: checking one out costs more than a rotation's statements."""
        if not hasattr(self._kept, "connection"):
            self._kept.connection = self._autocommit.connect()
        try:
            yield self._kept.connection
        except BaseException:
            self._kept.connection.rollback()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading objects; no transaction is held open."""
        with self.connect() as connection, Session(connection, expire_on_commit=False) as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in one transaction: committed whole on leaving, rolled back whole on any error."""
        with naming_outages(), self.write_lock, self._pooled(self.engine, pings=True) as connection, connection.begin():
            yield connection
            with naming_outages(is_committing=True):
                connection.commit()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """The same as a session for objects, which stay readable afterwards."""
        with self.transaction() as connection, Session(connection, expire_on_commit=False) as db:
            yield db
            db.flush()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _replace_if_lost(connection: Connection) -> None:
    """A server that was started anew, or a proxy, may have ended a connection while it lay in the pool."""
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
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {synchronous}",
            "foreign_keys = ON",
            f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _begin_by_statement(engine: Engine, statement: str) -> None:
    """Every connection of the driver's stays in autocommit: to switch it there and back costs more than a statement by a key."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_AUTOCOMMIT):
            connection.exec_driver_sql(statement)
