"""The guide's tables that point at a person, and its statements about people: two type checkers find nothing in them."""

import json
import subprocess
import sys

import pytest

from tests.test_code_blocks import BLOCKS
from tests.typing.test_types import findings, strangers_python  # noqa: F401  a fixture

TABLES = [block for block in BLOCKS if block.document.name == "database.md" and "from rxapp.auth import User" in block.source]


@pytest.fixture
def written(tmp_path):
    names = [f"tables_{number}.py" for number, _ in enumerate(TABLES)]
    for name, block in zip(names, TABLES, strict=True):
        (tmp_path / name).write_text(block.source)
    return names


def test_the_guide_shows_a_foreign_key_and_a_query():
    shown = "".join(block.source for block in TABLES)
    assert "ForeignKey(" in shown
    assert "select(" in shown


def test_pyright_finds_nothing_in_strict_mode(tmp_path, written, strangers_python):  # noqa: F811
    settings = {"include": written, "typeCheckingMode": "strict"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    found = findings(tmp_path, strangers_python)
    assert not found, "\n".join(found)


def test_mypy_finds_nothing_in_strict_mode(tmp_path, written, strangers_python):  # noqa: F811
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}/cache"]
    done = subprocess.run(
        [*command, f"--python-executable={strangers_python}", *written], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
