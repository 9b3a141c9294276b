"""Whatever is wrong is said in one sentence, with exit code 1, without a traceback, and without a secret."""

import os
import shutil
import subprocess
import sys

import pytest

from rxapp.auth import get_settings
from rxapp.auth.core.settings.private_directory import SECRET_KEY
from tests.cli.conftest import assert_refused
from tests.conftest import ROOT

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

COMMANDS = [
    ["users", "create", "alice", "--link"],
    ["users", "list"],
    ["users", "disable", "alice"],
    ["users", "enable", "alice"],
    ["users", "set-roles", "alice"],
    ["users", "set-password", "alice", "--link"],
    ["sessions", "list"],
    ["sessions", "revoke", "--user", "alice"],
    ["events", "tail"],
    ["events", "export"],
    ["prune"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_on_a_database_that_is_not_migrated_every_command_says_what_to_run(run, monkeypatch, tmp_path, command):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    assert_refused(run(*command), "Run: python -m rxapp migrate")
    assert_refused(run(*command, "--json"), "Run: python -m rxapp migrate")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgresql+psycopg://app:geheim@127.0.0.1:1/app",
            "postgresql+psycopg://app:***@127.0.0.1:1/app cannot be",
        ),
        ("postgresql+psycopg://app:geheim@[::1]:1/app?password=geheim", "cannot be used: connection failed"),
        ("sqlite:////nowhere/rxapp.db", "unable to open database file"),
        ("sqlite:////etc/hostname", "file is not a database"),
        ("mysql://app:geheim@db/app", "DATABASE_URL is neither"),
        ("nosuch://app:geheim@db/app", "DATABASE_URL is neither"),
        ("postgresql+psycopg://app:geheim@db:port/app", "DATABASE_URL is neither"),
        ("geheim", "DATABASE_URL is neither"),
        ("", "DATABASE_URL is neither"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(run, monkeypatch, url, sentence):
    monkeypatch.setenv("DATABASE_URL", url)
    result = run("users", "list")
    assert_refused(result, sentence)
    assert "geheim" not in result.stderr


def test_a_write_lock_that_somebody_keeps_is_said(run, database, monkeypatch):
    monkeypatch.setattr("rxapp.auth.core.database.engine.SQLITE_BUSY_TIMEOUT_MS", 1)
    with database.transaction():
        assert_refused(run("users", "create", "alice", "--link"), "database is locked")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("RXAPP_SECRET_KEY", "geheim", "RXAPP_SECRET_KEY is shorter than 32 bytes."),
        ("RXAPP_ACCESS_TOKEN_LIFETIME", "0", "RXAPP_ACCESS_TOKEN_LIFETIME: must be at least one second."),
        ("RXAPP_EVENT_RETENTION", "geheim", "RXAPP_EVENT_RETENTION: "),
        ("RXAPP_ENVIRONMENT", "geheim", "RXAPP_ENVIRONMENT: "),
    ],
)
def test_an_invalid_setting_is_named_without_its_value(run, monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    result = run("users", "list")
    assert_refused(result, sentence)
    assert "geheim" not in result.stderr
    assert "kkkk" not in result.stderr


def test_unsafe_production_settings_are_refused_as_the_app_refuses_them(run, monkeypatch):
    monkeypatch.setenv("RXAPP_ENVIRONMENT", "production")
    monkeypatch.setenv("RXAPP_ALLOWED_ORIGINS", "*")
    result = run("users", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "RXAPP_ALLOWED_ORIGINS is *" in result.stderr


def test_a_dotenv_file_that_is_no_text_is_refused(run, tmp_path):
    (tmp_path / ".env").write_bytes(b"RXAPP_ISSUER=\xff\n")
    assert_refused(run("users", "list"), ".env")


def test_a_secret_key_file_that_cannot_be_read_is_named(run, monkeypatch, tmp_path):
    monkeypatch.setenv("RXAPP_SECRET_KEY", "")
    (tmp_path / SECRET_KEY).mkdir(parents=True)
    assert_refused(run("users", "list"), f"{SECRET_KEY} cannot be read or made: Is a directory.")


def test_the_settings_of_the_next_command_are_read_anew(run):
    assert run("sessions", "list").exit_code == 0
    assert get_settings.cache_info().currsize == 0


def test_without_a_terminal_and_without_a_source_no_password_is_asked_for_in_the_open(start, service):
    process = start("users", "create", "alice", start_new_session=True)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (1, "")
    assert errors.endswith("There is no terminal to ask for the password at. Give --password-stdin or --link.\n")
    assert service.administration.find_user("alice") is None


@pytest.mark.parametrize(
    "command", [["users", "list"], pytest.param(["events", "export"], marks=pytest.mark.thorough)], ids=" ".join
)
def test_names_that_the_terminal_cannot_show_are_no_reason_to_fail(start, service, environment, command):
    service.create_user("zoë", "a password", display_name="佐江")
    environment["PYTHONIOENCODING"] = "ascii"
    process = start(*command)
    output, errors = process.communicate(timeout=30)
    assert "zo" in output
    assert process.returncode == 0, errors


def test_an_installed_copy_elsewhere_finds_its_migrations(tmp_path, environment, service):
    """Where the migrations are is known from the code's own place, not from the current directory."""
    shutil.copytree(ROOT / "rxapp", tmp_path / "copy" / "rxapp")
    done = subprocess.run(
        [sys.executable, "-m", "rxapp", "users", "list", "--json"],
        cwd=tmp_path,
        env=os.environ | environment | {"PYTHONPATH": str(tmp_path / "copy")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
