"""This app's migrations make this app's tables, and leave those of `rxapp.auth` alone."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from reflex.model import ModelRegistry, get_engine


def test_the_next_migration_would_be_empty(service):
    """Which `reflex db makemigrations` compares."""
    with get_engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, ModelRegistry.get_metadata()) == []
