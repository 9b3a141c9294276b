"""`pip install rxapp` alone: the core and HTTP work without Reflex, and what needs Reflex says so in one sentence."""

import re

import pytest

from tests.conftest import ROOT
from tests.plain_environment import PlainEnvironment
from tests.test_package import PROJECT

EXAMPLE = ROOT / "examples" / "fastapi_only"
FOR_ITS_TESTS = ("pytest", "httpx")
WHAT_TO_DO = 'pip install "rxapp[reflex]"'


@pytest.fixture(scope="module")
def lent(tmp_path_factory, wheel):
    environment = PlainEnvironment(tmp_path_factory.mktemp("plain"))
    environment.lend(wheel, [*PROJECT["dependencies"], *FOR_ITS_TESTS])
    return environment


def test_what_the_extras_bring_is_absent(lent):
    names = ("reflex", "reflex_base", "granian", "psycopg")
    done = lent.run("-c", f"from importlib.util import find_spec; print(*map(find_spec, {names}))")
    assert done.stdout.split() == ["None"] * len(names), done.stderr


def test_each_module_of_the_core_http_and_the_command_line_can_be_imported(lent):
    code = """
import importlib, pkgutil, rxapp.auth
for room in ("core", "http", "cli", "doctor", "migrations"):
    package = importlib.import_module(f"rxapp.auth.{room}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".versions." not in module.name:
            importlib.import_module(module.name)
"""
    done = lent.run("-c", code)
    assert done.returncode == 0, done.stderr


NEED_REFLEX = {
    "from rxapp.auth import web": "rxapp.auth.web",
    "import rxapp.auth.web.testing": "rxapp.auth.web",
    "import rxapp.auth.rxconfig": "rxapp.auth.rxconfig",
    "from rxapp.auth import reflex_options": "rxapp.auth.rxconfig",
}


def test_an_import_that_needs_reflex_says_what_to_install(lent):
    code = f"""
for statement in {list(NEED_REFLEX)}:
    try:
        exec(statement)
    except ModuleNotFoundError as error:
        print(error.name, error)
"""
    said = [f"reflex {part} needs Reflex, which is not installed. Install it with: {WHAT_TO_DO}" for part in NEED_REFLEX.values()]
    assert lent.run("-c", code).stdout.splitlines() == said


@pytest.mark.parametrize("command", ["serve", "headers"])
def test_a_command_that_needs_reflex_says_so_and_ends(lent, command):
    done = lent.run("-m", "rxapp", command, RXAPP_ENVIRONMENT="development")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [f"rxapp {command} needs Reflex, which is not installed. Install it with: {WHAT_TO_DO}"]


def test_a_postgresql_without_its_driver_says_what_to_install(lent):
    nowhere = "postgresql+psycopg://somebody@nowhere/app"
    done = lent.run("-m", "rxapp", "users", "list", DATABASE_URL=nowhere, RXAPP_SECRET_KEY="k" * 40)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        'A PostgreSQL database needs psycopg, which is not installed. Install it with: pip install "rxapp[postgres]"'
    ]


def test_the_other_commands_work_and_doctor_looks_for_no_handlers(lent):
    assert lent.run("-m", "rxapp", "migrate").returncode == 0
    assert "alice" in lent.run("-m", "rxapp", "users", "create", "alice", "--link").stdout
    done = lent.run("-m", "rxapp", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ok +handlers: not checked: Reflex is not installed", done.stdout, re.MULTILINE)


def passes_its_tests(environment, directory):
    done = environment.run("-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={directory}", cwd=EXAMPLE)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_the_fastapi_example_passes_its_own_tests(lent, tmp_path):
    passes_its_tests(lent, tmp_path / "example")


@pytest.mark.oldest
@pytest.mark.timeout(600)
def test_installed_by_pip_with_the_pinned_versions_it_passes_them_too(tmp_path, wheel):
    """Hashes are left out, for the wheel of this very test has none."""
    pinned = re.findall(r"^([\w.-]+)(?:\[\w+\])?(==[^\s;]+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    (tmp_path / "constraints.txt").write_text("\n".join(map("".join, pinned)))
    environment = PlainEnvironment(tmp_path)
    environment.install(str(wheel), *FOR_ITS_TESTS, "--constraint", "constraints.txt")
    assert environment.run("-c", "import reflex").returncode == 1
    passes_its_tests(environment, tmp_path / "example")
