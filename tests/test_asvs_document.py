"""`docs/asvs.md` names every requirement that was looked at, and no test that is not there."""

import ast
import functools
import re

import pytest

from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "asvs.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| (met|deviation|not applicable) \| (.+) \|$", re.MULTILINE)
ROWS = {number: (int(level), verdict, text) for number, level, _, verdict, text in ROW.findall(DOCUMENT)}
TEST = re.compile(r"`([\w/]+\.py)((?:::\w+)+)`")

LEVELS = {
    1: """2.2.2 3.2.2 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.4.1 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1
          6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.5 11.4.1 12.1.1 12.2.1 14.2.1
          14.3.1 15.3.1""",
    2: """2.3.3 2.3.4 2.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.7.2 4.1.3 4.4.2 4.4.3 4.4.4 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4
          6.4.3 6.5.1 6.5.5 7.1.1 7.1.2 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 8.2.3 9.2.2 9.2.3 9.2.4 10.4.8 10.4.9 11.4.2
          11.5.1 13.3.1 13.4.2 13.4.5 14.3.2 14.3.3 15.3.3 15.3.4 16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.4.2 16.5.1 16.5.3""",
    3: "6.3.5 6.3.7 6.3.8 6.4.6 7.5.3 8.3.2 10.3.5 10.4.14 11.2.4 13.3.4 15.4.2",
}


_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def names_in(file: str) -> set[str]:
    """`::test_…`, `::Test…` and `::Test…::test_…` of a file of tests."""
    found = set()
    for node in ast.parse((ROOT / "tests" / file).read_text()).body:
        if isinstance(node, _FUNCTIONS | ast.ClassDef) and node.name.lower().startswith("test"):
            found.add(f"::{node.name}")
            found |= {f"::{node.name}::{inner.name}" for inner in node.body if isinstance(inner, _FUNCTIONS)}
    return found


def test_every_requirement_is_there_once_with_its_level():
    expected = {number: level for level, numbers in LEVELS.items() for number in numbers.split()}
    assert {number: level for number, (level, _, _) in ROWS.items()} == expected
    assert len(ROW.findall(DOCUMENT)) == len(ROWS) == len(re.findall(r"^\| \d", DOCUMENT, re.MULTILINE))


@pytest.mark.parametrize("number", ROWS)
def test_what_is_met_names_a_test_and_what_is_not_a_reason(number):
    _, verdict, text = ROWS[number]
    tests = TEST.findall(text)
    assert tests or verdict != "met"
    assert verdict == "met" or len(TEST.sub("", text)) > 60
    for file, name in tests:
        assert name in names_in(file), f"tests/{file} has no {name}"
    assert len(tests) == len(re.findall(r"\.py", text)), "a test that is not named as file::test"


def test_the_deviations_are_named_at_the_top():
    summary = DOCUMENT.partition("## Deviations at a glance")[2].partition("##")[0]
    assert set(re.findall(r"\d+\.\d+\.\d+", summary)) == {number for number, row in ROWS.items() if row[1] == "deviation"}
