"""Runs the migrations: for `alembic upgrade head`, and for the app when it prepares its own database at start."""

from sqlalchemy import Connection, pool
from sqlmodel import SQLModel, create_engine

import rxapp.customers  # noqa: F401  its table belongs to the metadata
from alembic import context
from rxapp.auth import get_settings
from rxapp.migrations import take_turn


def migrate(connection: Connection) -> None:
    """Run the wanted migrations on this connection, all of them or none."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        take_turn(connection)
        context.run_migrations()


given_connection = context.config.attributes.get("connection")
if given_connection is not None:
    migrate(given_connection)
else:
    url = context.config.get_main_option("sqlalchemy.url") or get_settings().database_url
    with create_engine(url, poolclass=pool.NullPool).connect() as own_connection:
        migrate(own_connection)
