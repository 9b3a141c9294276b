"""The development key and the default database lie in a directory that ignores itself, and are moved there."""

import sqlite3
import stat
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.settings import private_directory
from rxapp.auth.core.settings.private_directory import DATABASE, DATABASE_URL, DIRECTORY, SECRET_KEY
from rxapp.auth.core.settings.settings import Settings


@pytest.fixture(autouse=True)
def in_an_empty_directory(monkeypatch, tmp_path):
    for name in ("RXAPP_SECRET_KEY", "RXAPP_ENVIRONMENT", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def settings() -> Settings:
    """As a process reads them at its start."""
    return Settings(_env_file=None).with_secret_key().with_database_in_place()


def rows(file: Path) -> list[tuple]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT name FROM person").fetchall()


@pytest.fixture
def former_database() -> sqlite3.Connection:
    """Open, with data that are in the write-ahead log alone."""
    connection = sqlite3.connect("rxapp.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE person (name TEXT)")
    connection.execute("INSERT INTO person VALUES ('anna')")
    return connection


def test_the_directory_ignores_itself_and_is_its_owners_alone():
    settings()
    assert (DIRECTORY / ".gitignore").read_text() == "*\n"
    assert stat.S_IMODE(DIRECTORY.stat().st_mode) == 0o700
    subprocess.run(["git", "init", "--quiet"], check=True)
    Path("app.py").touch()
    subprocess.run(["git", "add", "--all"], check=True)
    added = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    assert added.split() == ["app.py"]


def test_nothing_is_made_for_a_key_and_a_database_that_are_configured():
    Settings(_env_file=None, secret_key="k" * 40, DATABASE_URL="sqlite:///own.db").with_secret_key().with_database_in_place()
    assert not DIRECTORY.exists()


def test_a_service_of_settings_that_were_not_read_at_the_start_makes_the_directory_too():
    with Database(Settings(_env_file=None).database_url).engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE person (name TEXT)")
    assert (DIRECTORY / ".gitignore").exists()


def test_the_key_of_an_earlier_release_comes_along():
    Path(".secret_key").write_text("the key of this machine, which signs what is stored")
    assert settings().secret_key.get_secret_value() == "the key of this machine, which signs what is stored"
    assert SECRET_KEY.exists()
    assert not Path(".secret_key").exists()


def test_the_database_of_an_earlier_release_comes_along_with_what_is_in_its_log(former_database):
    copy = sqlite3.connect("copy.db")
    former_database.backup(copy)
    copy.close()
    former_database.close()
    assert settings().database_url == DATABASE_URL
    assert rows(DATABASE) == [("anna",)]
    assert [file.name for file in Path().glob("rxapp.db*")] == []


def test_a_database_that_another_process_has_open_stays_and_is_used_where_it_is(former_database, caplog):
    for _ in range(2):
        assert settings().database_url == "sqlite:///rxapp.db"
    assert "rxapp.db is in use by another process" in caplog.text
    assert rows(Path("rxapp.db")) == [("anna",)]
    former_database.close()
    assert settings().database_url == DATABASE_URL
    assert rows(DATABASE) == [("anna",)]


def test_a_database_at_a_configured_place_is_not_moved(former_database):
    former_database.close()
    own = Settings(_env_file=None, DATABASE_URL="sqlite:///rxapp.db").with_database_in_place()
    assert own.database_url == "sqlite:///rxapp.db"
    assert rows(Path("rxapp.db")) == [("anna",)]


def test_what_is_at_the_new_place_is_not_overwritten(former_database):
    former_database.close()
    private_directory.make_private_directory()
    SECRET_KEY.write_text("a key that was made since then, and signs")
    DATABASE.touch()
    Path(".secret_key").write_text("an older key")
    assert settings().secret_key.get_secret_value() == "a key that was made since then, and signs"
    assert DATABASE.read_bytes() == b""


def test_processes_that_start_together_find_the_same_key_and_database(former_database):
    former_database.close()
    Path(".secret_key").write_text("the key of this machine, which signs what is stored")
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: (settings().secret_key.get_secret_value(), settings().database_url), range(64)))
    assert found == {("the key of this machine, which signs what is stored", DATABASE_URL)}
    assert rows(DATABASE) == [("anna",)]


def test_a_process_that_starts_while_another_moves_the_database_waits_for_it(former_database, monkeypatch):
    former_database.close()
    is_free = private_directory._is_free

    def while_another_starts(database: Path) -> bool:
        with closing(sqlite3.connect(database, isolation_level=None)) as in_use:
            in_use.execute("BEGIN EXCLUSIVE")
            other = threads.submit(lambda: settings().database_url)
            assert not wait([other], timeout=0.3).done
        others.append(other)
        return is_free(database)

    others: list[Future[str]] = []
    monkeypatch.setattr(private_directory, "_is_free", while_another_starts)
    with ThreadPoolExecutor(1) as threads:
        assert settings().database_url == DATABASE_URL
        assert [other.result() for other in others] == [DATABASE_URL]
    assert rows(DATABASE) == [("anna",)]
