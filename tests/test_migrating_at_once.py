"""Several processes that prepare the database at once, as workers do in development: one does it, the others wait."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from rxapp.auth import Database, MigrationHistory, User, take_turn
from rxapp.auth.core.maintenance.demo_users import DEMO_USERS
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from rxapp.demo.customers import Customer
from rxapp.demo.demo_data import DEMO_CUSTOMERS
from rxapp.demo.migrations import migrate, require_migrated
from tests.conftest import ROOT

IMPATIENT = DatabaseLimits(lock_timeout=timedelta(milliseconds=200), statement_timeout=timedelta(milliseconds=200))
AT_ONCE = 4
MIGRATE_IN_FORKS = """
import os, sys
from rxapp.auth import AuthService, Database, Settings
from rxapp.demo.demo_data import add_demo_data
from rxapp.demo.migrations import migrate

gate, opener = os.pipe()
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        os.close(opener)
        os.read(gate, 1)  # until it is closed: everybody at once
        database = Database(sys.argv[1])
        migrate(database)
        add_demo_data(AuthService(Settings(_env_file=None, secret_key="k" * 40, argon2_memory_kib=8), database))
        os._exit(0)
os.close(opener)
sys.exit(any([os.wait()[1] for _ in range(int(sys.argv[2]))]))
"""


def test_processes_that_prepare_a_new_database_at_the_same_moment_all_succeed(new_url):
    command = [sys.executable, "-c", MIGRATE_IN_FORKS, new_url, str(AT_ONCE)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    database = Database(new_url)
    require_migrated(database)
    with database.read() as db:
        assert sorted(customer.name for customer in db.exec(select(Customer))) == sorted(DEMO_CUSTOMERS)
        assert {user.user_name for user in db.exec(select(User))} == set(DEMO_USERS)
    database.dispose()


class TestOnPostgreSQL:
    """The limits that are right for a person's click are wrong for a migration."""

    @pytest.fixture
    def database(self, new_postgresql_url) -> Iterator[Database]:
        database = Database(new_postgresql_url, limits=IMPATIENT)
        yield database
        database.dispose()

    def test_a_migration_may_take_longer_than_any_statement_of_the_app_postgresql(self, database, monkeypatch):
        def take_a_while(_history, connection):
            connection.execute(text("SELECT pg_sleep(0.5)"))

        monkeypatch.setattr(MigrationHistory, "_upgrade", take_a_while)
        migrate(database)

    def test_it_waits_for_another_longer_than_the_app_does_for_a_lock_postgresql(self, database):
        with ThreadPoolExecutor(1) as thread:
            with database.engine.begin() as other:
                take_turn(other)
                waiting = thread.submit(migrate, database)
                while not _waits_for_a_lock(other):
                    assert not waiting.done()
                other.execute(text("SELECT pg_sleep(0.5)"))
                assert not waiting.done()
            waiting.result(timeout=60)
        require_migrated(database)

    def test_for_a_table_it_waits_no_longer_than_the_app_lest_everybody_queue_behind_it_postgresql(self, database):
        with database.engine.begin() as connection:
            take_turn(connection)
            limits = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in ("lock_timeout", "statement_timeout")}
        assert limits == {"lock_timeout": "200ms", "statement_timeout": "0"}

    def test_afterwards_the_apps_own_limits_hold_again_postgresql(self, database):
        migrate(database)
        with database.engine.connect() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == "200ms"
            assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "200ms"


def _waits_for_a_lock(connection) -> bool:
    return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).scalar())


def url_of(database) -> str:
    return database.engine.url.render_as_string(hide_password=False)
