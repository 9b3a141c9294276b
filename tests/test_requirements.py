"""What is installed is pinned with hashes, whole, one version everywhere; the files name no place where it comes from."""

import re
import shutil
from importlib.metadata import distributions

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from reflex.utils.frontend_skeleton import initialize_requirements_txt

from tests.conftest import ROOT

COMPILED = ("requirements.txt", "requirements-dev.txt", "requirements-lock.txt")
MAKEFILE = (ROOT / "Makefile").read_text()
COME_WITH_PYTHON = {"pip", "setuptools", "wheel"}


def entries(name: str) -> dict[str, str]:
    """Each requirement's text by its name: version, marker and hashes."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return {canonicalize_name(re.split(r"[\[=]", line)[0]): line for line in text.splitlines() if line.strip()}


def version_in(text: str) -> str:
    return re.search(r"==(\S+)", text)[1]


def hashes_in(text: str) -> set[str]:
    return set(re.findall(r"sha256:[0-9a-f]{64}", text))


@pytest.mark.parametrize("name", COMPILED)
def test_each_line_names_one_version_and_its_hashes_and_nothing_else(name):
    for line in entries(name).values():
        assert re.fullmatch(r"[\w.\[\]-]+==[\w.]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line


@pytest.mark.parametrize("name", COMPILED)
def test_no_line_says_where_packages_come_from_nor_on_which_machine_it_was_written(name):
    assert not re.search(r"https?://|file:|--index|--find-links|--extra|--trusted|(?<!\w)/\w", (ROOT / name).read_text())


@pytest.mark.parametrize("name", COMPILED)
def test_what_was_asked_for_is_what_is_pinned(name):
    asked = re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)$", (ROOT / name.replace(".txt", ".in")).read_text(), re.MULTILINE)
    assert asked
    pinned = entries(name)
    assert {asked_for: version_in(pinned[canonicalize_name(asked_for)]) for asked_for, _ in asked} == dict(asked)


def test_the_tests_run_with_what_the_app_runs_with():
    app, tests = entries("requirements.txt"), entries("requirements-dev.txt")
    for name, line in app.items():
        assert (version_in(tests[name]), hashes_in(tests[name])) == (version_in(line), hashes_in(line)), name


@pytest.mark.pinned
def test_every_package_that_is_installed_here_is_pinned():
    pinned = entries("requirements-dev.txt")
    installed = {
        canonicalize_name(one.name): one.version for one in distributions() if one.locate_file("").name == "site-packages"
    }
    for name, version in installed.items():
        assert name in COME_WITH_PYTHON | {"rxapp"} or version_in(pinned[name]) == version, (name, version)
    wanted = {
        name
        for name, line in pinned.items()
        if (found := re.search(r" ; (.+?)\s+--", line)) is None or Marker(found[1]).evaluate()
    }
    assert wanted - COME_WITH_PYTHON <= set(installed)


def test_whatever_installs_the_projects_own_packages_checks_their_hashes():
    installing = re.findall(r"pip install.* -r \S+", MAKEFILE + (ROOT / "deploy" / "Containerfile").read_text())
    installing += re.findall(r"pip install.* -r \S+", (ROOT / "docs" / "deployment.md").read_text())
    assert len(installing) == 6
    assert [line for line in installing if "--require-hashes" not in line and "$(PIP_OPTIONS)" not in line] == []
    assert "--require-hashes" in re.search(r"^PIP_OPTIONS := .*$", MAKEFILE, re.MULTILINE)[0]


def test_reflex_finds_itself_in_the_file_and_leaves_it_as_it_is(tmp_path):
    """`reflex init` adds a line for itself, without a hash, where it finds none: then nothing could be installed any more."""
    file = tmp_path / "requirements.txt"
    shutil.copy(ROOT / "requirements.txt", file)
    assert initialize_requirements_txt(file) is False
    assert file.read_bytes() == (ROOT / "requirements.txt").read_bytes()
