"""Nothing is missing that the last release has promised to programs, browsers, operators, and apps that are built on it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rxapp.auth.migrations import AUTH_HISTORY
from tests.conftest import ROOT

IN_WORDS = {"title", "summary", "description", "operationId"}
"""What a document says to people, who understand it in other words too."""


@pytest.fixture(scope="module")
def before(release) -> dict[str, Any]:
    return release.do("contract")


OF_TODAY = """
import json
import rxapp.rxapp
from tests.upgrade.contract import contract_of
print(json.dumps(contract_of(rxapp.rxapp.app, rxapp.rxapp.api) | {"file": rxapp.rxapp.__file__}))
"""


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    """In a process of its own: the app would stay in that of the tests, with its states and its checks of readiness."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RXAPP_SECRET_KEY": "s" * 40, "DATABASE_URL": "sqlite:///unused.db"}
    command = [sys.executable, "-c", OF_TODAY]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def resolved(document: Any, root: Any) -> Any:
    """The OpenAPI document with each schema in the place of its reference."""
    if isinstance(document, dict):
        if "$ref" in document:
            found = root
            for name in document["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            return resolved(found, root)
        return {name: resolved(value, root) for name, value in document.items()}
    return [resolved(each, root) for each in document] if isinstance(document, list) else document


def missing(before: Any, now: Any, at: str = "") -> list[str]:
    """The places at which something of `before` is not there, or is something else."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            place
            for name, value in before.items()
            if name not in IN_WORDS or isinstance(value, dict)
            for place in (missing(value, now[name], f"{at}/{name}") if name in now else [f"{at}/{name}"])
        ]
    if isinstance(before, list) and isinstance(now, list):
        return [f"{at}/{value}" for value in before if value not in now]
    return [] if before == now else [f"{at}: {before} is {now}"]


def test_what_is_compared_is_the_release_and_not_what_is_worked_on_here(before, now, unpacked):
    assert Path(before["file"]).is_relative_to(unpacked)
    assert Path(now["file"]).is_relative_to(ROOT)


def test_what_is_missing_is_found():
    promised = {"paths": {"/login": {"post": {"description": "Log in", "codes": [200, 401]}}}, "revision": "4"}
    assert missing(promised, promised | {"more": 1}) == []
    assert missing(promised, {"paths": {"/login": {"post": {"codes": [200, 400, 401]}}}, "revision": "4"}) == []
    assert missing(promised, {"paths": {"/login": {}}, "revision": "4"}) == ["/paths//login/post"]
    assert missing(promised, {"paths": {"/login": {"post": {"codes": [200]}}}, "revision": "3"}) == [
        "/paths//login/post/codes/401",
        "/revision: 4 is 3",
    ]


@pytest.mark.parametrize("part", ["imports", "variables", "http", "pages", "storage keys", "tables", "codes of errors"])
def test_nothing_is_missing(before, now, part):
    assert before[part]
    assert missing(resolved(before[part], before[part]), resolved(now[part], now[part])) == []


def test_a_browser_finds_its_pair_where_the_release_has_stored_it(before, now):
    assert before["storage keys"] == ["jwt", "refreshToken"]
    assert {*before["storage keys"]} <= {*now["storage keys"]}


def test_no_request_needs_more_than_it_did(before, now):
    """A client of before does not know of it."""
    for name, schema in before["http"]["components"]["schemas"].items():
        if name.endswith("Request"):
            assert {*now["http"]["components"]["schemas"][name]["required"]} <= {*schema["required"]}, name


def test_the_newest_migration_of_the_release_is_one_of_ours(before):
    assert before["revision"] in AUTH_HISTORY._known_revisions
