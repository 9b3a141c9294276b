"""The database's schema against the migrations: brought up to date in development, checked in production."""

import logging
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from alembic import command
from rxapp.auth import Database

_ALEMBIC_INI = Path(__file__).resolve().parent.parent / "alembic.ini"

logger = logging.getLogger(__name__)


class DatabaseNotMigrated(Exception):
    """The schema is older than the code; says which command mends it."""

    def __init__(self) -> None:
        super().__init__("The database is missing or older than this code. Run: alembic upgrade head")


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision."""
    with database.engine.begin() as connection:
        if not _is_current(connection):
            logger.info("migrating the database")
            config = Config(str(_ALEMBIC_INI))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


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
