"""Builds take turns, whoever runs them."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.e2e.builds import one_at_a_time

HOLD = """
import sys
from tests.e2e.builds import one_at_a_time
with one_at_a_time():
    print("mine", flush=True)
    sys.stdin.read()
"""

BUILDS = re.compile(r'"reflex", "(run|export)"')


@pytest.fixture
def other_run(monkeypatch, tmp_path):
    """Another process of this machine that builds, until its input ends. The directory is not that of the real builds."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "mine\n"
        yield process
        process.stdin.close()


def test_while_another_process_builds_this_one_waits(other_run):
    with pytest.raises(TimeoutError), one_at_a_time(timeout=0):
        pass
    other_run.communicate()
    with one_at_a_time(timeout=0):
        pass


def test_a_build_that_was_killed_or_has_failed_is_not_waited_for(other_run):
    other_run.kill()
    other_run.wait()
    with pytest.raises(ZeroDivisionError), one_at_a_time(timeout=0):
        raise ZeroDivisionError
    with one_at_a_time(timeout=0):
        pass


def test_whatever_builds_takes_its_turn():
    sources = [file for folder in ("tests", "benchmarks", "chaos") for file in (ROOT / folder).rglob("*.py")]
    building = [file for file in sources if BUILDS.search(file.read_text())]
    assert {file.name for file in building} >= {"server.py", "production_server.py", "strangers_app.py", "built_app.py"}
    assert [file for file in building if "one_at_a_time" not in file.read_text()] == []
