"""Migrations: they and the models agree, and they run up and down on a database with data, on SQLite and on PostgreSQL."""

import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, Uuid, column, inspect, make_url, table, text
from sqlmodel import SQLModel, select

import rxapp.auth.core.database.mail_tables
import rxapp.auth.core.database.provider_tables
import rxapp.demo.customers  # noqa: F401  these tables belong to the metadata
from alembic import command
from rxapp.auth import (
    AUTH_HISTORY,
    AuthService,
    AuthSession,
    AuthTable,
    Database,
    DatabaseNotMigrated,
    InvalidToken,
    SecurityEvent,
    User,
)
from rxapp.auth.core.database.moments import UtcDateTime
from rxapp.auth.core.passwords.links import PasswordLinks
from rxapp.demo.migrations import migrate, require_migrated
from tests.conftest import FIRST_OF_OURS, PASSWORD, alembic_config, downgrade, upgrade

TABLES = [SQLModel.metadata, AuthTable.metadata]


def differences(database):
    with database.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), TABLES)


def test_models_and_migrations_agree(database):
    assert differences(database) == []


def test_they_run_down_and_up_again_on_a_database_with_data(database, service, pair):
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()
    downgrade(url, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    upgrade(url)
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


def test_a_new_sqlite_file_that_another_process_is_writing_is_waited_for(new_sqlite_url):
    with contextlib.closing(sqlite3.connect(make_url(new_sqlite_url).database, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        database = Database(new_sqlite_url)
        with ThreadPoolExecutor(1) as thread:
            opening = thread.submit(_mode_of, database)
            assert not wait([opening], timeout=0.2).done
            another.execute("COMMIT")
            assert opening.result() == "wal"
    database.dispose()


def _mode_of(database):
    with database.connect() as connection:
        return connection.exec_driver_sql("PRAGMA journal_mode").scalar()


def url_of(database):
    return database.engine.url.render_as_string(hide_password=False)


def by_command(database):
    """As an operator does."""
    database.dispose()
    upgrade(url_of(database))


def by_the_app(database):
    """As the app itself does at start, on its own connection, on which SQLite enforces foreign keys."""
    migrate(database)


USER_AT_0001 = table(
    "auth_user",
    column("id", Uuid()),
    *map(column, ("user_name", "user_name_key", "display_name", "password_hash")),
    column("roles", JSON()),
    column("created_at", UtcDateTime()),
)
USER_AT_0002 = table("auth_user", *(column(each.name, each.type) for each in USER_AT_0001.c), column("search_key"))
SESSION_AT_0001 = table(
    "auth_session",
    column("id", Uuid()),
    column("user_id", Uuid()),
    *map(column, ("salt", "generation")),
    *(column(name, UtcDateTime()) for name in ("created_at", "last_used_at", "expires_at")),
)
USERS = [
    {"user_name": "johndoe", "user_name_key": "johndoe", "display_name": "John Doe"},
    {"user_name": "Бьорн", "user_name_key": "бьорн", "display_name": "БЬОРН ИВАНОВИЧ"},
    {"user_name": "Straße", "user_name_key": "strasse", "display_name": " ｖｏｎ Größe"},
    {"user_name": "x" * 64, "user_name_key": "x" * 64, "display_name": ""},
]
SEARCH_KEYS = {"johndoe\njohn doe", "бьорн\nбьорн иванович", "strasse\nvon grösse", "x" * 64 + "\n"}


class TestFromTheFirstRelease:
    """0002 meets a database in use."""

    @pytest.fixture
    def old(self, database, clock):
        """A database at 0001 with four users, each signed in on two devices, written by SQL."""
        database.dispose()
        downgrade(url_of(database), "base")
        command.upgrade(alembic_config(url_of(database)), "0001")
        moments = {"created_at": clock() - timedelta(hours=1)}
        with database.engine.begin() as db:
            for names in USERS:
                user = {"id": uuid4(), **names, "password_hash": "$argon2id$...", "roles": ["Manager"], **moments}
                db.execute(USER_AT_0001.insert(), user)
                for last_used_at in (clock(), clock() - timedelta(minutes=1)):
                    session = {"id": uuid4(), "user_id": user["id"], "salt": bytes(32), "generation": 3, **moments}
                    session |= {"last_used_at": last_used_at, "expires_at": clock() + timedelta(days=6)}
                    db.execute(SESSION_AT_0001.insert(), session)
        yield database
        with database.engine.begin() as db:
            db.execute(SESSION_AT_0001.delete())
            db.execute(USER_AT_0001.delete())
        database.dispose()
        upgrade(url_of(database))

    @pytest.mark.parametrize("upgrade", [by_command, by_the_app])
    def test_it_keeps_all_users_and_sessions_and_fills_what_is_new(self, old, upgrade):
        upgrade(old)
        AUTH_HISTORY.require_migrated(old)
        with old.read() as db:
            users = db.exec(select(User)).all()
            assert {user.user_name for user in users} == {names["user_name"] for names in USERS}
            assert {user.search_key for user in users} == SEARCH_KEYS
            assert {(user.password_hash, *user.roles) for user in users} == {("$argon2id$...", "Manager")}
            found = db.exec(select(AuthSession)).all()
            assert len(found) == 2 * len(USERS)
            for session in found:
                assert session.authenticated_at == session.created_at < session.last_used_at
                assert (session.generation, session.device, session.address) == (3, "", "")
            assert db.exec(select(SecurityEvent)).all() == []

    def test_a_name_that_unfolds_to_more_than_the_search_key_holds_stops_nothing(self, old):
        with old.engine.begin() as db:
            db.execute(text("UPDATE auth_user SET display_name = :name"), {"name": "\ufdfa" * 128})
        by_command(old)
        with old.read() as db:
            assert all(user.search_key.startswith(f"{user.user_name_key}\n") for user in db.exec(select(User)).all())

    @pytest.mark.parametrize("upgrade", [by_command, by_the_app])
    def test_afterwards_models_and_database_agree(self, old, upgrade):
        upgrade(old)
        assert differences(old) == []


SESSION_OF_TEXTS = table(
    "auth_session",
    column("id", Uuid()),
    *(column(name, UtcDateTime()) for name in ("created_at", "last_used_at", "expires_at", "generation_seen_at", "revoked_at")),
)


class TestShortMoments:
    """rxapp_auth_0002: nothing of a session changes but how SQLite stores its moments."""

    def test_every_moment_is_the_same_to_the_microsecond_down_and_up_again(self, database, service, pair):
        service.verify_access(pair.access_token)
        new = AuthTable.metadata.tables["auth_session"].c
        wanted = [new[column.name] for column in SESSION_OF_TEXTS.c]
        with database.engine.connect() as db:
            before = db.execute(select(*wanted)).all()
        AUTH_HISTORY.downgrade(database, FIRST_OF_OURS)
        with database.engine.connect() as db:
            assert db.execute(select(*SESSION_OF_TEXTS.c)).all() == before
        AUTH_HISTORY.migrate(database)
        with database.engine.connect() as db:
            assert db.execute(select(*wanted)).all() == before
        assert service.refresh(pair.access_token, pair.refresh_token)

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_on_postgresql_new_pages_have_room_for_the_next_version_of_a_row_down_and_up_again(self, database):
        def options():
            with database.engine.connect() as db:
                return db.execute(text("SELECT reloptions FROM pg_class WHERE relname = 'auth_session'")).scalar_one()

        assert options() == ["fillfactor=80"]
        AUTH_HISTORY.downgrade(database, FIRST_OF_OURS)
        assert options() is None
        AUTH_HISTORY.migrate(database)
        assert options() == ["fillfactor=80"]

    @pytest.mark.parametrize("text_of_moment", ["2026-01-02 03:04:05.000678", "2026-01-02 03:04:05.000", "2026-01-02 03:04:05"])
    def test_what_was_written_by_hand_is_read_too(self, sqlite_database, text_of_moment, settings):
        service = AuthService(settings, sqlite_database)
        service.create_user("alice", PASSWORD)
        service.log_in("alice", PASSWORD)
        AUTH_HISTORY.downgrade(sqlite_database, FIRST_OF_OURS)
        with sqlite_database.engine.begin() as db:
            db.execute(text("UPDATE auth_session SET created_at = :moment"), {"moment": text_of_moment})
        AUTH_HISTORY.migrate(sqlite_database)
        with sqlite_database.read() as db:
            assert db.exec(select(AuthSession.created_at)).one() == datetime.fromisoformat(f"{text_of_moment}+00:00")

    def test_on_sqlite_they_are_integers_or_null(self, sqlite_database, settings):
        service = AuthService(settings, sqlite_database)
        service.create_user("alice", PASSWORD)
        service.log_in("alice", PASSWORD)
        with sqlite_database.engine.connect() as db:
            assert db.execute(text("SELECT typeof(expires_at), typeof(revoked_at) FROM auth_session")).one() == (
                "integer",
                "null",
            )


class TestLinkNonces:
    """rxapp_auth_0003: a link that was sent out is good on either side of it, and older code goes on adding users."""

    def test_a_link_survives_up_and_ends_as_new_ones_do(self, database, service, johndoe):
        AUTH_HISTORY.downgrade(database, "rxapp_auth_0002")
        AUTH_HISTORY.migrate(database)
        old = PasswordLinks(service.settings, service.key_ring, service.clock)
        token = old.issue(service.administration.get_user(johndoe.id))
        assert service.accounts.user_of_link(token).id == johndoe.id
        service.administration.give_role(johndoe.id, "Cook")
        with pytest.raises(InvalidToken):
            service.accounts.user_of_link(token)

    def test_code_of_before_adds_users_to_the_new_tables(self, database, clock):
        user = {"id": uuid4(), **USERS[0], "password_hash": "!", "roles": [], "created_at": clock()}
        with database.engine.begin() as db:
            db.execute(USER_AT_0002.insert(), user | {"search_key": "johndoe"})
            assert db.scalar(text("SELECT link_nonce FROM auth_user")) == ""


def test_down_to_the_first_release_and_up_again_nobody_is_signed_out(database, service, pair, johndoe):
    database.dispose()
    downgrade(url_of(database), "0001")
    columns = {each["name"] for each in inspect(database.engine).get_columns("auth_session")}
    assert columns.isdisjoint({"authenticated_at", "device", "address"})
    assert not {"security_event", "auth_security_event"} & set(inspect(database.engine).get_table_names())
    by_command(database)
    assert service.verify_access(pair.access_token).user_id == johndoe.id
    assert service.refresh(pair.access_token, pair.refresh_token)
    assert service.administration.find_users("JOHN", limit=9)[0] == 1
