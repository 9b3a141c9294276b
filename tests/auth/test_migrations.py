"""Migrations: they and the models agree, and they run up and down on a database with data, on SQLite and on PostgreSQL."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

import rxapp.customers  # noqa: F401  its table belongs to the metadata
from alembic import command
from rxapp.auth import Database
from rxapp.migrations import DatabaseNotMigrated, migrate, require_migrated
from tests.conftest import PASSWORD, alembic_config


def test_models_and_migrations_agree(database):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), SQLModel.metadata) == []


def test_they_run_down_and_up_again_on_a_database_with_data(database, service, pair):
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()
    command.downgrade(alembic_config(url), "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    command.upgrade(alembic_config(url), "head")
    service.create_user("again", PASSWORD)
    assert service.log_in("again", PASSWORD)


def test_a_missing_database_is_refused_with_the_command_that_mends_it_and_is_mended_by_migrating(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(DatabaseNotMigrated, match="alembic upgrade head"):
        require_migrated(database)
    migrate(database)
    require_migrated(database)
    migrate(database)
    database.dispose()


def test_sqlite_runs_in_wal_mode_with_foreign_keys_and_a_busy_timeout(sqlite_database):
    with sqlite_database.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}
