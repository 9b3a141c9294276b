"""The examples as whoever copies them sees them: their own tests, and how little of them is about signing in."""

import os
import re
import subprocess
import sys

import pytest

import rxapp.auth.http
from tests.conftest import ROOT
from tests.thorough import thorough_but_for

EXAMPLES = ROOT / "examples"
TESTING = "from rxapp.auth.web.testing import "


@pytest.mark.timeout(300)
@pytest.mark.parametrize("example", ["fastapi_only", "notes"])
@pytest.mark.parametrize("new_url", thorough_but_for(("sqlite",), ("sqlite", "postgresql")), indirect=True)
def test_its_own_tests_pass_in_its_own_directory(example, new_url, tmp_path):
    """In a process of its own, for its tables and pages are not this app's. Its tables are made there, after ours."""
    environment = os.environ | {"DATABASE_URL": new_url, "PYTHONPATH": str(ROOT)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / example}"]
    done = subprocess.run(command, cwd=EXAMPLES / example, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_at_most_five_lines_of_minimal_are_about_signing_in():
    source = (EXAMPLES / "minimal" / "minimal" / "minimal.py").read_text()
    lines = [line.strip() for line in source.splitlines() if "auth" in line]
    assert lines == [
        "from rxapp.auth import web as auth",
        "@auth.event",
        '@auth.page("/private", title="Private")',
        'rx.el.button("Log out", on_click=auth.AuthState.log_out, class_name=BUTTON),',
        "auth.install_auth(app)",
    ]


def test_the_examples_use_only_public_names():
    """Those of `rxapp.auth`, and of its `http`, `web` and `rxconfig`, which do not change without a word in the changelog."""
    public = ("from rxapp.auth import ", "from rxapp.auth.rxconfig import ", TESTING, "from rxapp.auth.web import testing")
    for file in EXAMPLES.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "rxapp" in line and "import" in line:
                assert line.startswith(public), (file, line)


def test_the_example_on_fastapi_uses_only_names_that_its_public_face_lists():
    source = (EXAMPLES / "fastapi_only" / "todos.py").read_text()
    assert set(re.findall(r"\bauth\.(\w+)", source.replace("rxapp.auth", ""))) <= set(rxapp.auth.http.__all__)
    assert "reflex" not in source


@pytest.mark.parametrize("example", ["fastapi_only", "minimal", "notes"])
def test_its_readme_names_files_that_are_there(example):
    readme = EXAMPLES / example / "README.md"
    targets = re.findall(r"\]\(([^)]+)\)", readme.read_text())
    assert targets
    assert [target for target in targets if not (readme.parent / target).exists()] == []
