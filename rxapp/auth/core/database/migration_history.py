"""A chain of Alembic migrations: development applies it, production checks that it was applied."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.postgresql_server import require_usable_server

_LOCK_KEY = int.from_bytes(b"rxapp")
"""The key of our advisory lock. No other program may use the same number in this PostgreSQL database."""

_LONGEST_WAIT_ON_SQLITE_MS = 10 * 60 * 1000
"""How long a migration waits for one of another process. On PostgreSQL it waits without a limit."""

logger = logging.getLogger(__name__)


class DatabaseNotMigrated(Exception):
    """The schema is older than the code. The message names the command that updates it."""

    def __init__(self, command: str) -> None:
        super().__init__(f"The database is missing or older than this code. Run: {command}")


class TableTaken(Exception):
    """A table with one of our names exists, and none of our migrations made it. Nothing was changed."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"The database has a table {table} already, and no migration of rxapp.auth is known to have made it. "
            "If another chain of migrations makes our tables, run that one; if not, rename the table or use another database."
        )


@dataclass(frozen=True)
class MigrationHistory:
    """The migrations in a directory of Alembic's layout. `version_table` stores the revision that a database has.

    The first migration makes `first_table`. `command` updates a database; the error about an old schema names it.
    """

    directory: Path
    command: str
    first_table: str
    version_table: str = "alembic_version"

    def migrate(self, database: Database) -> None:
        """Bring the schema to the newest revision. If several processes call it at once, one migrates and the others wait.

        All migrations run in one transaction. Raises `TableTaken` or `DatabaseRefused`.
        """
        with _locked_connection(database) as connection:
            self._upgrade(connection)

    def downgrade(self, database: Database, revision: str) -> None:
        """Undo every migration after `revision` and keep all data, before an older release of the code runs again."""
        with _locked_connection(database) as connection:
            self._run(connection, lambda reached, _context: self._scripts._downgrade_revs(revision, reached))

    def require_migrated(self, database: Database) -> None:
        """Raise `DatabaseNotMigrated` unless the schema is at the newest revision, or `DatabaseRefused`."""
        with database.connect() as connection:
            require_usable_server(connection)
            if not self._is_current(connection):
                raise DatabaseNotMigrated(self.command)

    def require_usable(self, database: Database) -> None:
        """As `require_migrated`, but accept a newer schema: in a deployment, old code still serves while new code migrates."""
        with database.connect() as connection:
            revision = self._current_revision(connection)
            if revision is None or (revision in self._known_revisions and revision != self.newest_revision):
                raise DatabaseNotMigrated(self.command)

    def _upgrade(self, connection: Connection) -> None:
        revision = self._current_revision(connection)
        if revision == self.newest_revision:
            return
        if revision is None and inspect(connection).has_table(self.first_table):
            raise TableTaken(self.first_table)
        logger.info("migrating the database")
        self._run(connection, lambda reached, _context: self._scripts._upgrade_revs("head", reached))

    def _run(self, connection: Connection, steps: Callable[[str, MigrationContext], list]) -> None:
        with EnvironmentContext(self._config, self._scripts, fn=steps) as environment:
            environment.configure(connection=connection, version_table=self.version_table, render_as_batch=True)
            environment.run_migrations()

    def _is_current(self, connection: Connection) -> bool:
        return self._current_revision(connection) == self.newest_revision

    def _current_revision(self, connection: Connection) -> str | None:
        context = MigrationContext.configure(connection, opts={"version_table": self.version_table})
        return context.get_current_revision()

    @cached_property
    def newest_revision(self) -> str | None:
        """The last revision of the chain."""
        return self._scripts.get_current_head()

    @cached_property
    def _known_revisions(self) -> frozenset[str]:
        return frozenset(script.revision for script in self._scripts.walk_revisions())

    @cached_property
    def _scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self._config)

    @cached_property
    def _config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.directory).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        return config


@contextmanager
def _locked_connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _raise_busy_timeout(connection)
        with connection.begin():
            require_usable_server(connection)
            take_turn(connection)
            yield connection


def take_turn(connection: Connection) -> None:
    """Lock out other migrations until this transaction ends, and lift the time limit of statements.

    On SQLite the transaction already has the file's write lock.
    """
    if connection.dialect.name != "postgresql":
        return
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    # Table locks keep their time limit: all other statements would queue behind a migration that waits for a table.
    connection.execute(text("RESET lock_timeout"))


def _raise_busy_timeout(connection: Connection) -> None:
    """Called before the transaction, because its BEGIN already waits. The connection does not go back to the pool."""
    connection.detach()
    connection.connection.cursor().execute(f"PRAGMA busy_timeout = {_LONGEST_WAIT_ON_SQLITE_MS}")
