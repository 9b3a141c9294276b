"""Runs this app's own migrations, for `alembic upgrade head`; those of `rxapp.auth` run with `python -m rxapp migrate`."""

from sqlalchemy import pool
from sqlmodel import SQLModel, create_engine

import rxapp.demo.customers  # noqa: F401  its table belongs to the metadata
from alembic import context
from rxapp.auth import AuthTable, get_settings, take_turn
from rxapp.auth.core.database.sqlite_file import create_sqlite_file

url = context.config.get_main_option("sqlalchemy.url") or get_settings().database_url
engine = create_engine(url, poolclass=pool.NullPool)
create_sqlite_file(engine.url)  # so that nobody but its owner can read it
with engine.connect() as connection:
    # Alembic sees the tables of rxapp.auth in the database: it shall know them, lest it propose to drop them.
    context.configure(connection=connection, target_metadata=[SQLModel.metadata, AuthTable.metadata], render_as_batch=True)
    with context.begin_transaction():
        take_turn(connection)
        context.run_migrations()
