"""The migrations of our own tables.

They run beside whatever migrations the app has, or as part of the app's chain, which then names `versions` in this directory
among its `version_locations`. Either way a table of our own remembers how far they have come.
"""

from pathlib import Path

from sqlalchemy import Column, String, Table

from alembic import op
from rxapp.auth.core.database.migration_history import MigrationHistory
from rxapp.auth.core.database.tables import AuthTable

AUTH_HISTORY = MigrationHistory(
    directory=Path(__file__).parent,
    command="python -m rxapp migrate",
    first_table="auth_user",
    version_table="auth_alembic_version",
)

_version = Table(AUTH_HISTORY.version_table, AuthTable.metadata, Column("version_num", String(32), primary_key=True))
"""Alembic makes it. It is among our tables lest Alembic, comparing them with the database, propose to drop it."""


def remember(revision: str | None) -> None:
    """Each of our migrations ends with this: in the app's chain Alembic notes its revision elsewhere, and may drop the note.

    It does when a migration of the app's depends on ours, which is then implied. `revision` is None when all are undone.
    """
    if op.get_context().version_table == AUTH_HISTORY.version_table:
        return
    db = op.get_bind()
    if revision is None:
        _version.drop(db)
        return
    _version.create(db, checkfirst=True)
    db.execute(_version.delete())
    db.execute(_version.insert().values(version_num=revision))
