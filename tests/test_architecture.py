"""The layout's promises: the core knows no framework and nothing outside itself, and the arrows point one way."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import engineio
import granian
import pytest
import reflex as rx
import socketio
from engineio.async_socket import AsyncSocket
from reflex.app import EventNamespace
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.istate.proxy import StateProxy
from reflex.utils.token_manager import LocalTokenManager, RedisTokenManager
from reflex_base.registry import RegistrationContext
from reflex_base.vars.base import ComputedVar, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

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
    "http": ("auth/http/middleware/request_body.py", "import rxapp.auth.http.api.app"),
    "web": ("auth/web/page_session/page.py", "import rxapp.auth.web.auth_state.state"),
    "feature-rules": ("auth/features/new_password/rules.py", "import rxapp.auth.http.api.app"),
    "feature-routes": ("auth/features/new_password/routes.py", "import rxapp.auth.web.guards"),
    "no-framework": ("auth/core/dpop/spent_proofs.py", "import starlette.requests"),
    "no-reflex": ("auth/http/callers/bearer.py", "import reflex.state"),
    "reflex-internals": ("auth/web/auth_state/event_gate.py", "import reflex_base.registry"),
}
"""Of each contract an import that breaks it, planted in a function, where it is easily overlooked."""


def broken_contracts(directory: Path) -> list[str]:
    """The names of the contracts (`pyproject.toml`) that do not hold in this copy of the sources."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(directory), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return re.findall(r"^(.+) BROKEN\b", done.stdout, re.MULTILINE)


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


DOOR = ("auth/web/reflex_internals/", "auth/rxconfig/", "auth/cli/commands/serve.py")
"""Who may rely on what is inside of Reflex, Engine.IO, Starlette and granian."""

PLACES_IN_LOGS = "auth/http/logs/library_records/sentences.py"
"""It knows functions of libraries by their names, as texts in a table. `tests/http/logs` look whether they are there."""

OUTSIDE = {
    name.as_posix(): ast.parse((PACKAGE / name).read_text())
    for name in (file.relative_to(PACKAGE) for file in sorted(PACKAGE.rglob("*.py")))
    if not name.as_posix().startswith((*DOOR, PLACES_IN_LOGS, "auth/core/"))
}
"""All that may not. The core is not looked at: another contract says that it imports none of them."""

INNER_MODULES = re.compile(r"(reflex_base|reflex_components_\w+|socketio|engineio)(\.|$)|reflex\.(istate|utils)(\.|$)|reflex\._")
INNER_OF_LIBRARIES = re.compile(r"(reflex|starlette|granian)\.(\w+\.)*_")

INNER_NAMES = {
    name
    for cls in (
        *(rx.App, rx.State, rx.SharedState, rx.Component, rx.Var, ComputedVar, Field, EventNamespace, RegistrationContext),
        *(LocalTokenManager, RedisTokenManager, StateManagerMemory, StateManagerRedis, StateProxy, BaseStateToken),
        *(Starlette, Request, Response, engineio.AsyncServer, AsyncSocket, socketio.AsyncServer, granian.Granian),
    )
    for name in dir(cls)
    if re.match(r"_[a-z]", name)
}

OTHER_LIBRARIES = {"_asdict", "_replace", "_mapping", "_getframe", "_env_file"}
"""Of named tuples, SQLAlchemy, CPython and pydantic-settings, each documented."""


def own_names(tree: ast.AST) -> set[str]:
    """What is defined or assigned here."""
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    on_self = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return found | {node.attr for node in on_self if ast.unparse(node.value) == "self"}


OWN_NAMES = set().union(*map(own_names, OUTSIDE.values()))


def inner_reliances(tree: ast.AST) -> list[str]:
    """What in this source relies on the inside of Reflex and of what that is made of, imports within functions included."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [f"import {alias.name}" for alias in names if INNER_MODULES.match(alias.name)]
            case ast.ImportFrom(module=str(module), names=names):
                for name in (alias.name for alias in names):
                    if INNER_MODULES.match(f"{module}.{name}") or INNER_OF_LIBRARIES.match(f"{module}.{name}"):
                        found.append(f"from {module} import {name}")
            case ast.Attribute(attr=name) if _is_inner(name, is_own=ast.unparse(node.value) in ("self", "cls")):
                found.append(ast.unparse(node))
            case ast.Constant(value=str(name)) if name in INNER_NAMES:
                found.append(repr(name))
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr" | "delattr"), args=[_, ast.Constant(str(name)), *_]):
                found += [ast.unparse(node)] if name not in INNER_NAMES and _is_inner(name) else []
            case ast.keyword(arg=str(name)) if _is_inner(name):
                found.append(f"{name}=")
    return found


def _is_inner(name: str, *, is_own: bool = False) -> bool:
    """Whether the name begins with an underscore and is not our own. `is_own`: it is asked of an object of ours."""
    if not re.match(r"_[a-z]", name) or name in OTHER_LIBRARIES:
        return False
    return name not in OWN_NAMES or (name in INNER_NAMES and not is_own)


@pytest.mark.parametrize("name", OUTSIDE)
def test_only_reflex_internals_touches_what_is_inside_of_reflex(name):
    assert inner_reliances(OUTSIDE[name]) == []


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("root = state._get_root_state()", "state._get_root_state"),
        ("app._api.router.routes.clear()", "app._api"),
        ("root._clean()", "root._clean"),
        ('root = getattr(state, "_get_root_state")()', "'_get_root_state'"),
        ('made = getattr(response, "_made_up_tomorrow", None)', "getattr(response, '_made_up_tomorrow', None)"),
        ('names = ["_link_to"]', "'_link_to'"),
        ("state = State(_reflex_internal_init=True)", "_reflex_internal_init="),
        ("from reflex.utils import token_manager", "from reflex.utils import token_manager"),
        ("from reflex import _upload", "from reflex import _upload"),
        ("import reflex.istate.proxy", "import reflex.istate.proxy"),
        ("from reflex.state import _split_substate_key", "from reflex.state import _split_substate_key"),
        ("from starlette._utils import is_async_callable", None),
    ],
)
def test_what_touches_it_in_a_function_is_seen(planted, seen):
    found = inner_reliances(ast.parse(f"def planted(app, state, root, response):\n    {planted}\n"))
    assert found == [seen or planted]


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
