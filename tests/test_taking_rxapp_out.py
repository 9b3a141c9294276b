"""The steps of `docs/guide/database.md` by which an app takes rxapp out again, run for real on SQLite."""

import os
import re
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, inspect, text

from rxapp.auth import AuthTable
from tests.conftest import ROOT
from tests.test_code_blocks import BLOCKS

RXCONFIG = """
import reflex as rx
{imports}
config = rx.Config(app_name="notes", plugins=[rx.plugins.TailwindV4Plugin(), {plugin}], {options})
"""
WITH_RXAPP = RXCONFIG.format(imports="from rxapp.auth.rxconfig import AuthPlugin", plugin="AuthPlugin()", options="")
WITHOUT_RXAPP = RXCONFIG.format(imports="", plugin="", options='db_url="sqlite:///.rxapp/rxapp.db"')

APP = """
from uuid import UUID

import reflex as rx
from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel, col

from rxapp.auth import User
from rxapp.auth import web as auth


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: UUID = Field(sa_column_args=[ForeignKey(col(User.id), ondelete="CASCADE")], index=True)
    text: str


@auth.page("/notes")
def notes():
    return rx.el.p("Notes")


app = rx.App()
auth.install_auth(app)
"""
WITHOUT_FOREIGN_KEY = re.sub(r"Field\(sa_column_args=.*", "Field(index=True)", APP)
WITHOUT_LINES = re.sub(r"^(from rxapp|auth\.install).*\n", "", WITHOUT_FOREIGN_KEY, flags=re.MULTILINE).replace(
    '@auth.page("/notes")', '@rx.page(route="/notes")'
)

(DROPPING,) = [block.source for block in BLOCKS if block.document.name == "database.md" and "def upgrade" in block.source]


class App:
    """It lies in a directory of its own, and runs in processes of its own."""

    def __init__(self, directory):
        self.directory = directory
        (directory / "notes").mkdir()
        (directory / "notes" / "__init__.py").touch()
        self.write(WITH_RXAPP, APP)

    def write(self, configuration, app):
        (self.directory / "rxconfig.py").write_text(configuration)
        (self.directory / "notes" / "notes.py").write_text(app)

    def run(self, *arguments, fails=False):
        ours = ("RXAPP_", "REFLEX_", "DATABASE_", "REDIS_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = kept | {"PYTHONPATH": str(ROOT), "REFLEX_TELEMETRY_ENABLED": "false", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, cwd=self.directory, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def engine(self):
        return create_engine(f"sqlite:///{self.directory}/.rxapp/rxapp.db")

    def tables(self):
        return set(inspect(self.engine()).get_table_names())

    def notes(self):
        with self.engine().connect() as db:
            return list(db.execute(text("SELECT text FROM note")).scalars())

    def proposed(self, message):
        """The body of `upgrade` in the migration that Reflex proposes, and its file. None if it proposes none."""
        before = set((self.directory / "alembic" / "versions").glob("*.py"))
        self.run("reflex", "db", "makemigrations", "--message", message)
        new = set((self.directory / "alembic" / "versions").glob("*.py")) - before
        for file in new:
            return file.read_text().partition("def upgrade")[2].partition("def downgrade")[0], file
        return None


@pytest.fixture
def app(tmp_path):
    app = App(tmp_path)
    app.run("rxapp", "migrate")
    app.run("reflex", "db", "init")
    app.run("rxapp", "users", "create", "alice", "--link")
    with app.engine().begin() as db:
        (owner,) = db.execute(text("SELECT id FROM auth_user")).scalars()
        db.execute(text("INSERT INTO note (owner_id, text) VALUES (:owner, 'milk')"), {"owner": owner})
    return app


@pytest.mark.timeout(240)
def test_by_the_documented_steps_our_tables_go_the_apps_stay_and_nothing_is_proposed_any_more(app):
    refused = app.run("rxapp", "migrate", "--back-to", "base", fails=True)
    assert "The table note has a foreign key to auth_user" in refused
    assert app.tables() >= set(AuthTable.metadata.tables)

    app.write(WITH_RXAPP, WITHOUT_FOREIGN_KEY)
    body, migration = app.proposed("no people")
    assert "drop_table" not in body, "Reflex knows our tables as long as the app installs us"
    migration.write_text(migration.read_text().partition("def upgrade")[0] + DROPPING)
    app.run("reflex", "db", "migrate")
    assert "removed" in app.run("rxapp", "migrate", "--back-to", "base")

    app.write(WITHOUT_RXAPP, WITHOUT_LINES)
    assert "rxapp.auth" not in WITHOUT_LINES + WITHOUT_RXAPP
    assert app.proposed("nothing") is None
    assert app.tables() == {"note", "alembic_version"}
    assert app.notes() == ["milk"]


@pytest.mark.timeout(240)
@pytest.mark.thorough
def test_without_the_second_step_reflex_proposes_to_drop_our_tables_as_the_guide_says(app):
    app.write(WITHOUT_RXAPP, WITHOUT_LINES)
    body, _ = app.proposed("too early")
    assert {table for table in AuthTable.metadata.tables if f"op.drop_table('{table}')" in body} == set(AuthTable.metadata.tables)
