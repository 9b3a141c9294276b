"""The whole schema: this app's own tables, and those of `rxapp.auth`, which have their own migration history."""

from pathlib import Path

from rxapp.auth import AUTH_HISTORY, Database, MigrationHistory

HISTORY = MigrationHistory(
    directory=Path(__file__).resolve().parents[2] / "alembic",
    command="alembic upgrade head && python -m rxapp migrate",
    first_table="customer",
)
_IN_ORDER = (HISTORY, AUTH_HISTORY)
"""The app's history comes first: until revision 0006 it made the tables of `rxapp.auth` too."""


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision."""
    for history in _IN_ORDER:
        history.migrate(database)


def require_migrated(database: Database) -> None:
    """Raise `DatabaseNotMigrated` unless the schema is at the newest revision."""
    for history in _IN_ORDER:
        history.require_migrated(database)


def require_usable(database: Database) -> None:
    """Raise `DatabaseNotMigrated` if the schema is older than the newest revision. A newer schema is accepted."""
    for history in _IN_ORDER:
        history.require_usable(database)
