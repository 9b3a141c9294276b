"""The database's schema against the migrations: brought up to date in development, checked in production."""

import logging
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from alembic import command
from rxapp.auth import Database

_ALEMBIC_INI = Path(__file__).resolve().parent.parent / "alembic.ini"

_LOCK_KEY = int.from_bytes(b"rxapp")
"""Any number that no other user of the same PostgreSQL database locks."""

_LONGEST_WAIT_ON_SQLITE_MS = 10 * 60 * 1000
"""For another process's migration. PostgreSQL waits as long as that takes."""

logger = logging.getLogger(__name__)


class DatabaseNotMigrated(Exception):
    """The schema is older than the code; says which command mends it."""

    def __init__(self) -> None:
        super().__init__("The database is missing or older than this code. Run: alembic upgrade head")


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision. Of several processes that ask for it at once one does it, and the others wait."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _wait_longer_for_the_file(connection)
        with connection.begin():
            take_turn(connection)
            if not _is_current(connection):
                logger.info("migrating the database")
                config = Config(str(_ALEMBIC_INI))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def take_turn(connection: Connection) -> None:
    """Let nobody else migrate until this transaction ends, and let a statement take as long as it has to.

    On SQLite the transaction has the file's write lock already.
    """
    if connection.dialect.name != "postgresql":
        return
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    # For tables the limit stands: everybody else would queue behind a migration that waits for one.
    connection.execute(text("RESET lock_timeout"))


def _wait_longer_for_the_file(connection: Connection) -> None:
    """Before the transaction, which begins with the wait. The connection does not go back to the pool."""
    connection.detach()
    connection.connection.cursor().execute(f"PRAGMA busy_timeout = {_LONGEST_WAIT_ON_SQLITE_MS}")


def require_migrated(database: Database) -> None:
    """Raise `DatabaseNotMigrated` unless the schema is at the newest revision."""
    with database.connect() as connection:
        if not _is_current(connection):
            raise DatabaseNotMigrated


def require_usable(database: Database) -> None:
    """The same, but content with a newer schema: during a deployment the old code serves on while the new one migrates."""
    with database.connect() as connection:
        revision = _revision_of(connection)
        if revision is None or (revision in _known_revisions() and revision != _newest_revision()):
            raise DatabaseNotMigrated


def _is_current(connection: Connection) -> bool:
    return _revision_of(connection) == _newest_revision()


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _newest_revision() -> str | None:
    return _scripts().get_current_head()


@cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(str(_ALEMBIC_INI)))
