"""Databases, real ones: a SQLite file for each test, and one PostgreSQL server for all, emptied between tests."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Dialect, create_engine, make_url, text
from xdist.remote import Producer

from alembic import command
from chaos.postgresql import PostgreSQL
from rxapp.auth import AUTH_HISTORY, AuthService, Database, Settings
from rxapp.auth.core.settings.production_checks import RATE_LIMITS
from rxapp.auth.http.runtime import request_context
from tests.api_in_process import ON_POSTGRESQL_EACH_TIME, api, client, served, tokens  # noqa: F401  fixtures
from tests.clock import MovableClock
from tests.order import Scheduling, put_in_order
from tests.thorough import thorough_on_postgresql

ROOT = Path(__file__).parents[1]
PASSWORD = "def@123"
FIRST_OF_OURS = "rxapp_auth_0001"
OF_FEATURES_ON_POSTGRESQL_EACH_TIME = (
    *("_model.py", "test_sending.py", "test_changes_meanwhile.py", "test_sealing.py", "at_once", "at_that_moment", "meanwhile"),
    *("twice", "longest", "prun", "outage", "database", "counter", "the_last_"),
)
"""Where the database has a part in it: its types, its locks, transactions that meet."""

LOG_SHOWN = 6_000
"""Characters."""

NO_LIMITS = dict.fromkeys(RATE_LIMITS, 0)

hypothesis_settings.register_profile(
    "rxapp", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("rxapp")


def alembic_config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[pytest.TestReport]:
    """The report of a failure has the end of the log of each server that the test has used."""
    report = yield
    for name, value in getattr(item, "funcargs", {}).items() if report.failed else ():
        log = getattr(getattr(value, "server", value), "log", None)
        if isinstance(log, Path) and log.exists():
            report.sections.append((f"log of {name}", log.read_text(errors="replace")[-LOG_SHOWN:]))
    return report


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


def upgrade(url: str) -> None:
    """As an operator does, with two commands: the app's own tables, and those of `rxapp.auth`."""
    command.upgrade(alembic_config(url), "head")
    with opened(url) as database:
        AUTH_HISTORY.migrate(database)


def downgrade(url: str, revision: str) -> None:
    """Back to a revision of before our tables had a history of their own."""
    with opened(url) as database:
        AUTH_HISTORY.downgrade(database, FIRST_OF_OURS)
    command.downgrade(alembic_config(url), revision)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    put_in_order(items)
    for folder in ("http", "web", "demo"):
        thorough_on_postgresql(items, ROOT / "tests" / folder, ON_POSTGRESQL_EACH_TIME)
    for feature in ("email", "passkeys", "totp", "new_password"):
        thorough_on_postgresql(items, ROOT / "tests" / "features" / feature, OF_FEATURES_ON_POSTGRESQL_EACH_TIME)
    for item in items:
        if "postgresql" in item.name:
            item.add_marker("postgres")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def variables_as_before() -> Iterator[None]:
    """What a command sets for the processes that it starts is not for those of the next test: that may build an app."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True)
def no_request_of_before() -> Iterator[None]:
    """A request that a test has begun in its own context is not the next test's."""
    yield
    request_context._current.set(None)


@pytest.fixture(scope="session")
def of_all_workers(tmp_path_factory) -> Path:
    """A directory that the processes in which the tests run have in common: for the locks of what only one of them may do."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated, empty file, copied for each test."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory, of_all_workers) -> Iterator[PostgreSQL]:
    """A real PostgreSQL on a socket of its own, migrated."""
    with FileLock(of_all_workers / "postgresql.lock"):  # it gives up if it has not started after ten seconds
        server = PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    upgrade(server.url)
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgresql_url(postgresql) -> str:
    return postgresql.url


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path) -> str:
    file = tmp_path / "test.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


_compiled: dict[str, tuple[Dialect, Any]] = {}
"""By database: the dialect of the first one, and all statements that it has compiled."""


def share_compiled(database: Database) -> None:
    """What an earlier test has had compiled is not compiled again: that takes a fifth of the time of tests with a database."""
    engine = database.engine
    if engine.name not in _compiled:
        with database.connect():  # the dialect learns from a connection what it speaks to
            _compiled[engine.name] = engine.dialect, engine._compiled_cache
    for each in (engine, database._autocommit):
        each.dialect, each._compiled_cache = _compiled[engine.name]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> Iterator[Database]:
    database = Database(request.getfixturevalue(f"{request.param}_url"), sqlite_synchronous="NORMAL")
    share_compiled(database)
    if request.param == "postgresql":
        empty(database)  # a thread of the test before may have written after its end
    yield database
    if request.param == "postgresql":
        empty(database)
    database.dispose()


def empty(database: Database) -> None:
    """What a SQLite file, which is each test's own, does not need. Of few rows, to delete them is a fiftieth of the work."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(EMPTY)


EMPTY = """
DO $$ BEGIN
    IF pg_relation_size('auth_session') + pg_relation_size('auth_security_event') + pg_relation_size('auth_user') > 1000000 THEN
        TRUNCATE auth_user, auth_session, auth_security_event, customer, auth_signing_key, auth_mailed_proof, auth_outgoing_mail,
            auth_provider_logout
            RESTART IDENTITY CASCADE;
    ELSE
        DELETE FROM auth_session; DELETE FROM auth_security_event; DELETE FROM auth_user;
        DELETE FROM customer; DELETE FROM auth_signing_key; DELETE FROM auth_mailed_proof; DELETE FROM auth_outgoing_mail;
        DELETE FROM auth_provider_logout;
        PERFORM setval(pg_get_serial_sequence(of, 'id'), 1, false) FROM unnest(ARRAY['customer', 'auth_security_event']) of;
    END IF;
END $$
"""


@pytest.fixture
def sqlite_database(sqlite_url) -> Iterator[Database]:
    database = Database(sqlite_url, sqlite_synchronous="NORMAL")
    share_compiled(database)
    yield database
    database.dispose()


@pytest.fixture
def new_postgresql_url(postgresql_url) -> Iterator[str]:
    """Of a database with nothing in it."""
    name = f"new_{secrets.token_hex(4)}"
    operator = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with operator.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    with operator.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    operator.dispose()


@pytest.fixture
def new_sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/new.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request) -> str:
    return request.getfixturevalue(f"new_{request.param}_url")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The package as others install it."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(directory.glob("*.whl"))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The defaults, but for a cheap password hash, no `.env` of the developer's, and no limits: those have their own tests."""
    return Settings(_env_file=None, secret_key="k" * 40, argon2_memory_kib=8, argon2_time_cost=1, **NO_LIMITS)


@pytest.fixture
def service(settings, database, clock) -> AuthService:
    return AuthService(settings, database, clock)


@pytest.fixture
def johndoe(service):
    return service.create_user("johndoe", PASSWORD, roles=["Manager"])


@pytest.fixture
def pair(service, johndoe):
    """The token pair of a fresh login."""
    return service.log_in("johndoe", PASSWORD)
