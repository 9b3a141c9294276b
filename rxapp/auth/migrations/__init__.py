"""The migrations of our own tables.

They run beside whatever migrations the app has, and remember in a table of their own how far they have come; or they are part
of the app's chain, which then names `versions` in this directory among its `version_locations`.
"""

from pathlib import Path

from sqlalchemy import Column, String, Table

from rxapp.auth.migration_history import MigrationHistory
from rxapp.auth.models import AuthTable

VERSION_TABLE = "auth_alembic_version"

AUTH_HISTORY = MigrationHistory(
    directory=Path(__file__).parent,
    command="python -m rxapp migrate",
    first_table="auth_user",
    version_table=VERSION_TABLE,
    prefix="rxapp_auth_",
)

# Alembic makes it. It stands here so that an app that lets Alembic compare the database with its tables is not told to drop it.
Table(VERSION_TABLE, AuthTable.metadata, Column("version_num", String(32), primary_key=True))
