"""`python -m rxapp` as a whole: its start, its help, its JSON, its passwords, its guide."""

import json
import os
import re
import select
import shlex
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from rxapp.auth.cli import app
from tests.cli.conftest import LONG_PASSWORD
from tests.conftest import PASSWORD, ROOT

FRAMEWORKS = {"reflex", "reflex_base", "fastapi", "starlette"}

GUIDE = (ROOT / "docs" / "command-line.md").read_text()


def commands(group=None, path=()):
    """Every command with the words that lead to it."""
    for name, command in (group or get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands())


def read_until(descriptor, text):
    """What a process writes to its terminal, up to that text."""
    seen = ""
    while text not in seen:
        assert select.select([descriptor], [], [], 30)[0], seen
        seen += os.read(descriptor, 1024).decode()
    return seen


class TestStart:
    def test_help_loads_neither_reflex_nor_fastapi_and_needs_no_settings(self):
        environment = os.environ | {"RXAPP_ENVIRONMENT": "nonsense", "DATABASE_URL": "nonsense"}
        command = [sys.executable, "-X", "importtime", "-m", "rxapp", "--help"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        loaded = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
        assert "sqlalchemy" in loaded
        assert not loaded & FRAMEWORKS
        assert "users" in done.stdout

    def test_it_is_called_by_the_name_that_was_typed(self):
        command = [sys.executable, "-m", "rxapp", "users", "list", "--help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("Usage: python -m rxapp users list")

    def test_without_a_command_it_shows_the_help(self):
        assert "Commands:" in CliRunner().invoke(app, []).output


class TestHelp:
    @pytest.mark.parametrize("path", ALL, ids=" ".join)
    def test_every_command_option_and_argument_says_what_it_is_for(self, path):
        command = ALL[path]
        assert command.help
        assert command.help.splitlines()[0].endswith(".")
        for parameter in command.params:
            assert parameter.help, (path, parameter.name)

    def test_every_command_that_ends_prints_json_if_asked(self):
        ending = [command for path, command in ALL.items() if path != ("serve",)]
        assert all(any("--json" in parameter.opts for parameter in command.params) for command in ending)

    def test_a_password_is_never_an_argument(self):
        for command in ALL.values():
            for parameter in command.params:
                assert "password" not in parameter.name or parameter.is_flag

    @pytest.mark.parametrize("command", ["create", "set-password"])
    def test_a_password_that_is_given_as_one_is_refused_and_not_repeated(self, run, johndoe, command):
        for arguments in (["--password", "geheim"], ["--password=geheim"], ["--password-stdin=geheim"]):
            result = run("users", command, "johndoe", *arguments)
            assert result.exit_code == 2
            assert "geheim" not in result.output


class TestInAProcessOfItsOwn:
    def test_a_password_typed_at_the_terminal_is_not_shown(self, start, service, environment):
        controller, terminal = os.openpty()
        name = os.ttyname(terminal)
        # A session's leader that opens a terminal gets it as its own: `getpass` asks there.
        command = ["sh", "-c", f'exec "$0" -m rxapp users create alice --json <{name} 2>{name}', sys.executable]
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        shown = read_until(controller, "Password: ")
        os.write(controller, f"{LONG_PASSWORD}\n".encode())
        shown += read_until(controller, "Repeat it: ")
        os.write(controller, f"{LONG_PASSWORD}\n".encode())
        output, _ = process.communicate(timeout=30)
        os.close(terminal)
        os.close(controller)
        assert process.returncode == 0
        assert json.loads(output)["user_name"] == "alice"
        assert LONG_PASSWORD not in shown
        assert service.log_in("alice", LONG_PASSWORD)

    def test_from_account_to_audit_log(self, start, service):
        def run(*arguments, stdin=""):
            process = start(*arguments, "--json", stdin=subprocess.PIPE)
            output, errors = process.communicate(stdin, timeout=30)
            assert (process.returncode, errors) == (0, "")
            assert LONG_PASSWORD not in output
            return json.loads(output)

        run("users", "create", "alice", "--role", "Manager", "--password-stdin", stdin=f"{LONG_PASSWORD}\n")
        service.log_in("alice", LONG_PASSWORD)
        assert run("sessions", "revoke", "--user", "alice")["ended_sessions"]
        assert [event["kind"] for event in run("events", "export")] == ["user_created", "login", "session_revoked"]

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    @pytest.mark.parametrize(
        "arguments",
        [["prune"], pytest.param(["events", "export", "--output", "/dev/null"], marks=pytest.mark.thorough)],
        ids=" ".join,
    )
    def test_on_a_terminal_a_bar_on_stderr_shows_how_far_it_is_but_not_with_json(
        self, start, service, clock, environment, arguments
    ):
        environment["TERM"] = "xterm"
        clock.move(days=-200)
        service.create_user("anna", PASSWORD)
        controller, terminal = os.openpty()
        with_json = start(*arguments, "--json", stderr=terminal)
        assert json.loads(with_json.communicate(timeout=30)[0])
        assert not select.select([controller], [], [], 0)[0]
        service.create_user("zoe", PASSWORD)
        with_bar = start(*arguments, stderr=terminal)
        read_until(controller, "/")
        assert with_bar.communicate(timeout=30)[0].count("\n") == 1
        os.close(terminal)
        os.close(controller)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_password_is_nowhere_in_the_database(run, database, tmp_path):
    assert run("users", "create", "alice", "--password-stdin", stdin=LONG_PASSWORD).exit_code == 0
    database.dispose()
    files = list(tmp_path.glob("test.db*"))
    assert any(b"alice" in file.read_bytes() for file in files)
    for file in files:
        assert LONG_PASSWORD.encode() not in file.read_bytes()


class TestGuide:
    EXAMPLES = re.findall(r"^\$ (?:.*\| )?python -m rxapp (.*?)(?: [<>|] .*)?$", GUIDE, re.MULTILINE)

    def test_it_has_an_example_of_every_command(self):
        shown = {path for path in ALL for example in self.EXAMPLES if shlex.split(example)[: len(path)] == list(path)}
        assert shown == set(ALL)

    @pytest.mark.parametrize("example", EXAMPLES)
    def test_its_examples_are_understood(self, example):
        assert CliRunner().invoke(app, [*shlex.split(example), "--help"]).exit_code == 0
