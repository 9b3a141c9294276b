"""Our tables in somebody else's database: migrated beside the app's own chain or as part of it, and in nobody's way."""

from pathlib import Path
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Column, ForeignKey, MetaData, inspect, text
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel, col

from alembic import command
from rxapp.auth import AUTH_HISTORY, AuthService, AuthTable, Database, DatabaseNotMigrated, TableTaken, User
from tests.conftest import PASSWORD


class HostTable(SQLModel, registry=registry()):
    """In a real app, `SQLModel` itself; here it would mix with the tables of other tests."""


@pytest.fixture
def empty_database(new_url):
    database = Database(new_url)
    yield database
    database.dispose()


def tables_of(database):
    return set(inspect(database.engine).get_table_names())


def differences(database, metadata, **options):
    with database.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True} | options), metadata)


class TestBesideTheAppsOwn:
    def test_a_new_database_is_refused_with_the_command_that_mends_it_and_is_mended_by_it(self, empty_database):
        with pytest.raises(DatabaseNotMigrated, match="python -m rxapp migrate"):
            AUTH_HISTORY.require_migrated(empty_database)
        AUTH_HISTORY.migrate(empty_database)
        AUTH_HISTORY.require_migrated(empty_database)
        AUTH_HISTORY.migrate(empty_database)
        AUTH_HISTORY.require_usable(empty_database)
        assert all(name.startswith("auth_") for name in tables_of(empty_database)), "alembic_version is the app's"

    def test_it_leads_to_the_same_tables_as_the_models_have(self, empty_database):
        AUTH_HISTORY.migrate(empty_database)
        assert differences(empty_database, AuthTable.metadata, version_table="none") == []

    def test_a_table_that_somebody_else_made_is_refused_and_nothing_is_changed(self, empty_database):
        with empty_database.engine.begin() as db:
            db.execute(text("CREATE TABLE auth_user (id integer PRIMARY KEY)"))
            db.execute(text("INSERT INTO auth_user VALUES (1)"))
        with pytest.raises(TableTaken, match="a table auth_user already"):
            AUTH_HISTORY.migrate(empty_database)
        assert tables_of(empty_database) == {"auth_user"}

    def test_a_newer_schema_is_usable_by_old_code(self, empty_database):
        AUTH_HISTORY.migrate(empty_database)
        with empty_database.engine.begin() as db:
            db.execute(text("UPDATE auth_alembic_version SET version_num = 'rxapp_auth_9999'"))
        AUTH_HISTORY.require_usable(empty_database)
        with pytest.raises(DatabaseNotMigrated):
            AUTH_HISTORY.require_migrated(empty_database)


HOST_MIGRATION = '''
"""The app's own first migration."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None

def upgrade():
    op.create_table("user", sa.Column("id", sa.Integer(), primary_key=True))

def downgrade():
    op.drop_table("user")
'''

HOST_ENV = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def host_config(tmp_path, new_url) -> Config:
    """As `alembic init` makes it, and with our versions among its locations."""
    versions = tmp_path / "host" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text(HOST_MIGRATION)
    (tmp_path / "host" / "env.py").write_text(HOST_ENV)
    config = Config()
    config.set_main_option("script_location", str(tmp_path / "host"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{versions}\nrxapp.auth:migrations/versions")
    config.set_main_option("sqlalchemy.url", new_url.replace("%", "%%"))
    return config


class TestAsPartOfTheAppsOwn:
    def test_the_apps_command_makes_both_and_ours_is_found_there(self, empty_database, host_config):
        command.upgrade(host_config, "heads")
        assert tables_of(empty_database) == {"user", "alembic_version", *AuthTable.metadata.tables}
        AUTH_HISTORY.require_migrated(empty_database)
        AUTH_HISTORY.require_usable(empty_database)

    def test_migrating_beside_it_then_changes_nothing(self, empty_database, host_config):
        command.upgrade(host_config, "heads")
        before = tables_of(empty_database)
        AUTH_HISTORY.migrate(empty_database)
        assert tables_of(empty_database) == before

    def test_while_only_the_apps_part_has_run_ours_is_missing(self, empty_database, host_config):
        command.upgrade(host_config, "0001")
        with pytest.raises(DatabaseNotMigrated):
            AUTH_HISTORY.require_migrated(empty_database)

    def test_alembic_finds_no_difference_afterwards(self, empty_database, host_config):
        command.upgrade(host_config, "heads")
        with empty_database.engine.begin() as db:
            db.execute(text('DROP TABLE "user"'))
        assert differences(empty_database, AuthTable.metadata) == []

    def test_it_is_found_too_where_a_migration_of_the_apps_depends_on_ours(self, empty_database, host_config):
        """Alembic then drops our revision from its table, for the app's implies it."""
        first = Path(host_config.get_main_option("script_location")) / "versions" / "0001_first.py"
        first.write_text(HOST_MIGRATION.replace('"0001", None, None, None', '"0001", None, None, "rxapp_auth_0001"'))
        command.upgrade(host_config, "heads")
        AUTH_HISTORY.require_migrated(empty_database)
        AUTH_HISTORY.migrate(empty_database)

    def test_it_runs_down_again(self, empty_database, host_config):
        command.upgrade(host_config, "heads")
        command.downgrade(host_config, "rxapp_auth@base")
        assert tables_of(empty_database) == {"user", "alembic_version"}


class TestTheAppsOwnTables:
    def test_a_user_of_its_own_related_by_name_is_not_ours(self):
        class User(HostTable, table=True):
            __tablename__ = "host_user"
            id: int = Field(primary_key=True)
            notes: list["Note"] = Relationship(back_populates="user")

        class Note(HostTable, table=True):
            id: int = Field(primary_key=True)
            user_id: int = Field(foreign_key="host_user.id")
            user: User = Relationship(back_populates="notes")

        note = Note(id=1, user=User(id=1))
        assert note.user.notes == [note]

    def test_create_all_of_the_app_leaves_ours_to_the_migrations(self, empty_database):
        HostTable.metadata.create_all(empty_database.engine)
        assert not any(name.startswith("auth_") for name in tables_of(empty_database))

    def test_a_column_of_the_apps_may_point_at_a_user(self, empty_database, settings):
        class Profile(SQLModel, registry=registry()):
            pass

        class Picture(Profile, table=True):
            user_id: UUID = Field(sa_column=Column(ForeignKey(col(User.id), ondelete="CASCADE"), primary_key=True))
            name: str

        AUTH_HISTORY.migrate(empty_database)
        Profile.metadata.create_all(empty_database.engine)
        service = AuthService(settings, empty_database)
        alice = service.create_user("alice", PASSWORD)
        with empty_database.write() as db:
            db.add(Picture(user_id=alice.id, name="me.png"))
        service.accounts.delete(service.verify_access(service.log_in("alice", PASSWORD).access_token), PASSWORD)
        with empty_database.read() as db:
            assert db.exec(text("SELECT count(*) FROM picture")).scalar() == 0

    def test_alembic_that_knows_our_tables_proposes_nothing_about_them(self, empty_database):
        AUTH_HISTORY.migrate(empty_database)
        assert differences(empty_database, [MetaData(), AuthTable.metadata]) == []


@pytest.mark.parametrize("file", sorted((AUTH_HISTORY.directory / "versions").glob("*.py")), ids=lambda file: file.name)
def test_each_of_our_migrations_remembers_itself_up_and_down(file):
    source = file.read_text()
    assert source.count("    record_revision(revision)\n") == source.count("    record_revision(down_revision)\n") == 1
