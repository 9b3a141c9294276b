"""The code in the documents runs: a block is an app that is built, or a file with tests that pass; commands are understood.

A block that names a file in its first line (`# notes/notes.py`) is that file, for the other blocks of its document too. What
cannot run says why in a comment above it: `<!-- not run: … -->`.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from rxapp.auth.cli import app
from tests.conftest import ROOT

DOCUMENTS = [
    ROOT / "README.md",
    *sorted(file for file in (ROOT / "docs").rglob("*.md") if "decisions" not in file.parts),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n\n?)? *```(?P<language>\w*)\n(?P<source>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
COMMAND = re.compile(r"\bpython3? -m rxapp ([^\n<>|&`#]+)")
NOT_RUN_AT_MOST = 2


class Block(NamedTuple):
    """`file` is its name within its document's directory, empty for a block that stands for itself."""

    document: Path
    line: int
    language: str
    source: str
    reason: str

    @property
    def file(self) -> str:
        named = re.match(r"# ([\w/]+\.py)\n", self.source)
        return named[1] if named else ""

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks_of(document):
    text = document.read_text()
    for found in BLOCK.finditer(text):
        line = text[: found.start("source")].count("\n") + 1
        yield Block(document, line, found["language"], dedent(found["source"]), found["reason"] or "")


BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document)]
PYTHON = [block for block in BLOCKS if block.language == "python"]
RUN = [block for block in PYTHON if not block.reason]


@pytest.fixture(scope="module")
def directories(tmp_path_factory) -> dict[Path, Path]:
    """One for each document, with the files that it names."""
    made = {}
    for document in dict.fromkeys(block.document for block in RUN):
        made[document] = tmp_path_factory.mktemp(document.stem)
        for block in RUN:
            if block.document == document and block.file:
                file = made[document] / block.file
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.source)
    return made


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RXAPP_", "DATABASE_", "REDIS_"))}
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/guide.db"
    return kept | {
        "RXAPP_SECRET_KEY": "k" * 40,
        "DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


@pytest.fixture(scope="module")
def errors(directories, environment) -> dict[Block, str]:
    """What went wrong with each block, empty if nothing did."""
    wanted = [
        {"directory": str(directories[block.document]), "title": str(block), "file": block.file, "source": block.source}
        for block in RUN
    ]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "code_blocks.py")],
        input=json.dumps(wanted),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(RUN, json.loads(done.stdout.splitlines()[-1]), strict=True))


@pytest.mark.timeout(300)  # all of them run in the first one's setup
@pytest.mark.parametrize("block", RUN, ids=str)
def test_it_runs(errors, block):
    assert errors[block] == ""


def test_no_block_is_of_a_kind_that_nobody_looks_at():
    assert {block.language for block in BLOCKS} <= {"python", "sh", "console", "mermaid", "sql", ""}
    # What runs it: tests/core/sessions/test_partitions.py
    assert [block.document.name for block in BLOCKS if block.language == "sql"] == ["scaling.md"]
    for block in BLOCKS:
        assert block.language or not re.search(r"^(from|import) ", block.source, re.MULTILINE), (
            f"{block} is Python, and does not say so"
        )


def test_no_fence_is_left_open():
    for document in DOCUMENTS:
        assert len(re.findall(r"^ *```", document.read_text(), re.MULTILINE)) == 2 * len(list(blocks_of(document))), document


def test_hardly_any_block_is_left_out_and_those_say_why():
    left_out = [block for block in PYTHON if block.reason]
    assert len(left_out) <= NOT_RUN_AT_MOST
    assert all(len(block.reason.split()) >= 4 for block in left_out)
    for document in DOCUMENTS:
        assert document.read_text().count("<!-- not run:") == sum(bool(block.reason) for block in blocks_of(document)), document


COMMANDS = sorted(
    {(document, command.strip().rstrip(".,:;)")) for document in DOCUMENTS for command in COMMAND.findall(document.read_text())}
)


@pytest.mark.parametrize(("document", "command"), COMMANDS, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_a_command_is_understood(document, command):
    words = shlex.split(command.split(" then ")[0].split(",")[0])
    if "|" in words[0] or "…" in words:
        return
    assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0
