"""The database's schema against the migrations: brought up to date in development, checked in production."""

import logging
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


def _is_current(connection: Connection) -> bool:
    newest = ScriptDirectory.from_config(Config(str(_ALEMBIC_INI))).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest
