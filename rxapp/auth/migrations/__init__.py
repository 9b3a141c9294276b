"""The migrations of our own tables.

They run separately from the app's migrations, or as part of the app's chain, which then lists our `versions` directory in its
`version_locations`. In both cases our own table stores the revision.
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
"""Our migrations: `AUTH_HISTORY.migrate(database)` brings our tables to the newest revision."""

_version = Table(AUTH_HISTORY.version_table, AuthTable.metadata, Column("version_num", String(32), primary_key=True))
"""Alembic creates it. It is in our metadata, so that Alembic's autogenerate does not propose to drop it."""


def record_revision(revision: str | None) -> None:
    """Store the revision in our own table. Each of our migrations ends with this call.

    In the app's chain, Alembic stores the revision in the app's table. It drops that row when a migration of the app depends on
    ours, because ours is then implied. `revision` is None after the last downgrade.
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
