"""The files in `deploy/` that no other test uses: what can be said of them without a systemd that runs."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

UNIT = (ROOT / "deploy" / "rxapp.service").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    unit = tmp_path / "rxapp.service"
    unit.write_text(UNIT.replace("/srv/rxapp/.venv/bin/python", sys.executable))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_line_of_the_unit_that_starts_the_app_is_a_command_that_there_is():
    from rxapp.auth.cli import app

    commands = {command.name for command in app.registered_commands}
    assert set(re.findall(r"python -m rxapp ([\w-]+)", UNIT)) <= commands


def test_the_image_has_nothing_in_it_but_what_it_names():
    sources = re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "deploy" / "Containerfile").read_text(), re.MULTILINE)
    for name in " ".join(sources).split():
        assert (ROOT / name).exists(), name
        assert name not in (".", ".env")
