"""This app's migrations make only this app's tables, and do not touch those of `rxapp.auth`."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from reflex.model import ModelRegistry, get_engine


def test_the_next_migration_would_be_empty(service):
    """Compares as `reflex db makemigrations` does."""
    with get_engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, ModelRegistry.get_metadata()) == []
