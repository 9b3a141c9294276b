"""The command line on a real, migrated database: in this process, or in one of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rxapp.auth import get_settings, system_clock
from rxapp.auth.cli import app
from tests.conftest import ROOT
from tests.thorough import thorough_on_postgresql

LONG_PASSWORD = "correct horse battery staple"


ON_POSTGRESQL_EACH_TIME = (
    *("test_migrate_command.py", "prunes", "prune_at_once", "TestDatabase", "TestRotate", "both_apps_may_share_a_database"),
    *("TestTail::test_as_json", "TestExport::test_json_is_a_list", "TestSetRoles", "TestList::test_it_is_searched_and_paged"),
)
"""Where the database has a part in it. The rest is about words and exit codes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    thorough_on_postgresql(items, Path(__file__).parent, ON_POSTGRESQL_EACH_TIME)


class SystemClock:
    """The machine's time, which the command line goes by, and any distance from it."""

    def __init__(self) -> None:
        self._distance = timedelta(0)

    def __call__(self):
        return system_clock() + self._distance

    def move(self, **duration: float) -> None:
        self._distance += timedelta(**duration)


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


@pytest.fixture
def environment(database, settings) -> dict[str, str]:
    """What configures the command line as the `service` fixture is."""
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "RXAPP_SECRET_KEY": settings.secret_key.get_secret_value(),
        "RXAPP_ARGON2_MEMORY_KIB": "8",
        "RXAPP_ARGON2_TIME_COST": "1",
        "RXAPP_SQLITE_SYNCHRONOUS": "NORMAL",
    }


@pytest.fixture
def run(environment, monkeypatch, tmp_path) -> Callable[..., Result]:
    """Run a command in this process; `run("users", "list")`."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        get_settings.cache_clear()
        result = CliRunner().invoke(app, arguments, input=stdin)
        get_settings.cache_clear()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def run_json(run) -> Callable:
    """Run a command that succeeds, and read what it printed."""

    def run_json(*arguments: str, stdin: str | None = None):
        result = run(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run_json


@pytest.fixture
def start(environment) -> Callable[..., subprocess.Popen]:
    """Start a command in a process of its own."""

    def start(*arguments: str, **options) -> subprocess.Popen:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(
            [sys.executable, "-m", "rxapp", *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            preexec_fn=_listen_to_ctrl_c,  # noqa: PLW1509  it takes no lock
            **(streams | options),
        )

    return start


def _listen_to_ctrl_c() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and everything that this starts inherits it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def assert_refused(result: Result, sentence: str) -> None:
    """One sentence on stderr, nothing on stdout, exit code 1."""
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
