"""The layout's promises: the core knows no framework and nothing outside itself, and the arrows point one way."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "rxapp"
CORE = sorted((PACKAGE / "auth" / "core").rglob("*.py"))
FRAMEWORKS = {"reflex", "reflex_base", "fastapi", "starlette"}


def test_importing_the_core_loads_neither_reflex_nor_fastapi():
    code = f"import sys, rxapp.auth; print(sorted({FRAMEWORKS!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

VIOLATIONS = {
    "lifted": ("auth/core/clock.py", "import rxapp.demo.customers"),
    "rooms": ("auth/http/runtime/hooks.py", "import rxapp.auth.web.guards"),
    "core": ("auth/core/tokens/token_pair.py", "import rxapp.auth.core.sessions.refresh"),
    "http": ("auth/http/middleware/body_limit.py", "import rxapp.auth.http.api.app"),
    "web": ("auth/web/page_session/page.py", "import rxapp.auth.web.auth_state.state"),
    "feature-rules": ("auth/features/new_password/rules.py", "import rxapp.auth.http.api.app"),
    "feature-routes": ("auth/features/new_password/routes.py", "import rxapp.auth.web.guards"),
    "no-framework": ("auth/core/dpop/replay.py", "import starlette.requests"),
    "no-reflex": ("auth/http/callers/bearer.py", "import reflex.state"),
}
"""Of each contract an import that breaks it, planted in a function, where it is easily overlooked."""


def broken_contracts(directory: Path) -> list[str]:
    """The names of the contracts (`pyproject.toml`) that do not hold in this copy of the sources."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(directory), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return re.findall(r"^(.+) BROKEN$", done.stdout, re.MULTILINE)


def test_the_rooms_stand_one_above_the_other_and_there_is_no_circle():
    assert broken_contracts(ROOT) == []


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_each_contract_is_seen_to_fail(contract, tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "rxapp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, planted = VIOLATIONS[contract["id"]]
    with (tmp_path / "rxapp" / file).open("a") as source:
        source.write(f"\n\ndef planted():\n    {planted}\n")
    assert contract["name"] in broken_contracts(tmp_path)


@pytest.mark.parametrize("file", CORE, ids=lambda file: file.name)
def test_only_the_settings_read_the_environment_and_only_the_clock_reads_the_time(file):
    source = file.read_text()
    if file.name != "settings.py":
        assert "os.environ" not in source
        assert "getenv" not in source
    if file.name != "clock.py":
        assert "datetime.now" not in source
        assert "time.time" not in source


def test_nothing_names_localhost():
    for file in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js"), ROOT / "rxconfig.py"]:
        if file.name != "loopback.py":  # which says what that name means
            assert "localhost" not in file.read_text(), file
        assert "127.0.0.1" not in file.read_text(), file


def test_files_and_functions_are_small():
    for file in PACKAGE.rglob("*.py"):
        assert len(file.read_text().splitlines()) <= 250, file
