"""Removes our tables, for an app that takes rxapp out again."""

from sqlalchemy import inspect

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.migrations import AUTH_HISTORY

BASE = "base"
"""Alembic's name for the revision before the first."""


class TablesInUse(Exception):
    """A table of the app refers to one of ours. Nothing was changed."""

    def __init__(self, table: str, referred: str) -> None:
        super().__init__(
            f"The table {table} has a foreign key to {referred}, so its rows could go too. Nothing was changed. "
            "Drop that foreign key first, with a migration of the app."
        )


def remove_tables(database: Database) -> None:
    """Drop our tables with all that is in them. Raises `TablesInUse` if a foreign key of another table refers to one.

    SQLite would otherwise delete the rows that refer to a user: it empties a table before it drops it (`ON DELETE CASCADE`).
    """
    ours = AuthTable.metadata.tables
    inspector = inspect(database.engine)
    for table in inspector.get_table_names():
        for key in inspector.get_foreign_keys(table) if table not in ours else ():
            if key["referred_table"] in ours:
                raise TablesInUse(table, key["referred_table"])
    AUTH_HISTORY.downgrade(database, BASE)
    with database.engine.begin() as connection:
        ours[AUTH_HISTORY.version_table].drop(connection, checkfirst=True)
