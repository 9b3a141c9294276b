"""What a type checker says of an app that uses the installed package. Of the package itself `make check` asks it."""

import inspect
import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import reflex as rx

from rxapp.auth.web.guards import EventOptions, PageOptions

APP = Path(__file__).with_name("strangers_app.py")


def findings(directory: Path, python: Path) -> list[str]:
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", str(python), "--project", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"], done.stderr
    return [_in_one_line(found) for found in report["generalDiagnostics"]]


def _in_one_line(found: dict) -> str:
    place, message = found["range"]["start"]["line"] + 1, found["message"].splitlines()[0]
    return f"{Path(found['file']).name}:{place}: {message} ({found.get('rule')})"


@pytest.fixture
def strangers_python(tmp_path, wheel):
    """Where the wheel is installed, and where all that it needs is lent by the tests' own environment."""
    environment = tmp_path / ".venv"
    venv.create(environment)
    [packages] = environment.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin" / "python"


def test_the_named_options_are_those_of_reflex():
    of_a_page = inspect.signature(rx.App.add_page).parameters.keys() - {"self", "component", "route", "on_load"}
    assert PageOptions.__annotations__.keys() == of_a_page
    assert EventOptions.__annotations__.keys() == inspect.signature(rx.event.__new__).parameters.keys() - {"cls", "func"}


def test_a_strangers_app_is_fully_typed_and_a_handler_stays_what_reflex_makes_of_it(tmp_path, strangers_python):
    (tmp_path / APP.name).write_text(APP.read_text())
    settings = {"include": [APP.name], "typeCheckingMode": "strict", "reportUnnecessaryTypeIgnoreComment": True}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    found = findings(tmp_path, strangers_python)
    assert not found, "\n".join(found)
