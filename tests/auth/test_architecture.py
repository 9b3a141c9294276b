"""The layout's promises: the core knows no framework and nothing outside itself, and the arrows point one way."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "rxapp"
CORE = sorted((PACKAGE / "auth").glob("*.py"))
FRAMEWORKS = {"reflex", "reflex_base", "fastapi", "starlette"}


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_importing_the_core_loads_neither_reflex_nor_fastapi():
    code = f"import sys, rxapp.auth; print(sorted({FRAMEWORKS!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("file", CORE, ids=lambda file: file.name)
def test_the_core_imports_no_framework_and_nothing_outside_itself(file):
    for module in imports_of(file):
        assert module.split(".")[0] not in FRAMEWORKS
        assert not module.startswith("rxapp.auth.web")
        assert not module.startswith("rxapp") or module.startswith("rxapp.auth")


@pytest.mark.parametrize("file", sorted((PACKAGE / "auth" / "web").glob("*.py")), ids=lambda file: file.name)
def test_the_adapter_imports_nothing_of_the_app_around_it(file):
    assert all(not module.startswith("rxapp") or module.startswith("rxapp.auth") for module in imports_of(file))


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
