"""A database is its owner's alone from the moment it is made, whatever the umask. An existing file keeps its mode."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import make_url, text

from rxapp.auth import AUTH_HISTORY, Database
from rxapp.auth.core.database.private_files import create_private, mode_for_others
from rxapp.auth.core.database.sqlite_file import COMPANIONS, create_sqlite_file, sqlite_file
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode_of(file) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def migrated(url: str) -> Database:
    database = Database(url)
    AUTH_HISTORY.migrate(database)
    return database


class TestDatabase:
    def test_a_new_one_and_what_sqlite_writes_beside_it_are_their_owners_alone(self, tmp_path):
        database = migrated(f"sqlite:///{tmp_path}/new.db")
        with database.connect() as connection:
            connection.execute(text("SELECT count(*) FROM auth_user"))
            modes = {file.name: oct(mode_of(file)) for file in tmp_path.iterdir()}
        assert modes == {"new.db": "0o600", "new.db-wal": "0o600", "new.db-shm": "0o600"}
        database.dispose()

    def test_the_first_command_that_makes_it_is_no_exception(self, tmp_path):
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "RXAPP_SECRET_KEY": "k" * 40}
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        assert mode_of(tmp_path / "new.db") == 0o600

    def test_one_that_is_there_keeps_its_mode(self, sqlite_template, tmp_path):
        file = tmp_path / "old.db"
        file.write_bytes(sqlite_template.read_bytes())
        file.chmod(0o644)
        database = Database(f"sqlite:///{file}")
        with database.connect() as connection:
            connection.execute(text("SELECT 1"))
        assert mode_of(file) == 0o644
        database.dispose()

    def test_a_link_to_where_nothing_is_yet_leads_to_a_private_file(self, tmp_path):
        (tmp_path / "link.db").symlink_to(tmp_path / "new.db")
        migrated(f"sqlite:///{tmp_path}/link.db").dispose()
        assert mode_of(tmp_path / "new.db") == 0o600

    def test_a_uri_names_its_file_too(self, tmp_path):
        migrated(f"sqlite:///file:{tmp_path}/new.db?uri=true").dispose()
        assert mode_of(tmp_path / "new.db") == 0o600

    def test_a_directory_that_is_not_there_is_still_said_by_sqlite(self, tmp_path):
        with pytest.raises(Exception, match="unable to open database file"):
            migrated(f"sqlite:///{tmp_path}/nowhere/new.db")

    @pytest.mark.parametrize(
        "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "postgresql:///x"]
    )
    def test_what_has_no_file_makes_none(self, tmp_path, monkeypatch, url):
        monkeypatch.chdir(tmp_path)
        assert sqlite_file(make_url(url)) is None
        create_sqlite_file(make_url(url))
        assert list(tmp_path.iterdir()) == []

    def test_threads_that_begin_together_have_one_database(self, tmp_path):
        database = migrated(f"sqlite:///{tmp_path}/new.db")

        def look(_):
            with database.transaction() as connection:
                return connection.execute(text("SELECT count(*) FROM auth_user")).scalar_one()

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(look, range(32))) == {0}
        database.dispose()


class TestModes:
    def test_a_file_that_is_made_twice_keeps_what_is_in_it(self, tmp_path):
        create_private(tmp_path / "file")
        (tmp_path / "file").write_text("something")
        create_private(tmp_path / "file")
        assert (tmp_path / "file").read_text() == "something"

    @pytest.mark.parametrize(("mode", "said"), [(0o600, ""), (0o400, ""), (0o640, "0640"), (0o604, "0604"), (0o622, "0622")])
    def test_what_others_may_do_is_said(self, tmp_path, mode, said):
        (tmp_path / "file").touch()
        (tmp_path / "file").chmod(mode)
        assert mode_for_others(tmp_path / "file") == said

    def test_what_is_not_there_is_open_to_nobody(self, tmp_path):
        assert mode_for_others(tmp_path / "nowhere" / "file") == ""

    def test_the_companions_are_those_that_sqlite_writes(self):
        assert COMPANIONS == ("-wal", "-shm", "-journal")
