"""What `make trace` finds, and that docs/architecture.md says the same."""

import asyncio
import re
import threading

import pytest

from benchmarks import house, trace
from benchmarks.calls import Function, Recorder, in_each
from tests.conftest import ROOT
from tests.web.test_events import in_a_loop

DOCUMENT = (ROOT / "docs" / "architecture.md").read_text()
MEND = "run: make trace ARGS=--write"
HERE = "test_trace.py"


def called():
    return [number + 1 for number in range(2)]


def generated():
    yield from range(3)


async def awaited():
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return list(generated())


@pytest.fixture
def recorder():
    recorder = Recorder(ROOT / "tests")
    yield recorder
    recorder.close()


class TestRecorder:
    def test_a_call_counts_once_however_often_its_function_waits(self, recorder):
        with recorder.recording() as calls:
            called()
            in_a_loop(awaited())
        assert [calls[Function(HERE, name)] for name in ("called", "awaited", "generated")] == [1, 1, 1]
        ours = [function for function in calls if function.file == HERE]
        assert ours == [Function(HERE, name) for name in ("called", "awaited", "generated")]

    def test_it_sees_all_threads(self, recorder):
        with recorder.recording() as calls:
            threads = [threading.Thread(target=called) for _ in range(3)]
            for thread in threads:
                thread.start()
                thread.join()
        assert calls[Function(HERE, "called")] == 3

    def test_what_is_not_in_every_run_is_left_out(self):
        often, by_chance = Function("a.py", "often"), Function("a.py", "by_chance")
        assert in_each([{often: 3, by_chance: 1}, {often: 2}]) == {often: 2}


class TestDocument:
    CALLS = {
        Function("auth/http/api/app.py", "b"): 2,
        Function("auth/core/clock.py", "c"): 1,
        Function("auth/http/api/app.py", "A.a"): 1,
    }

    def test_a_section_tells_rooms_files_and_functions_in_the_order_of_the_first_calls(self):
        section = trace.section("login", self.CALLS)
        assert "2 files, 3 functions, in the order of the first calls: `http/api` → `core`." in section
        assert "| `http/api` | `app.py` | `b`, `A.a` |\n| `core` | `clock.py` | `c` |" in section

    def test_what_was_written_is_read_again_and_nothing_else_changes(self):
        empty = f"before\n{trace.BEGIN}\nold\n{trace.END}\nafter"
        written = trace.filled(empty, {"login": self.CALLS})
        assert written.startswith("before\n")
        assert written.endswith("\nafter")
        told = {("http/api", "app.py", "b"), ("http/api", "app.py", "A.a"), ("core", "clock.py", "c")}
        assert trace.read_sections(written) == {"A login over HTTP": told}
        assert trace.filled(written, {"login": self.CALLS}) == written


def test_the_document_has_the_rooms_and_their_contracts_as_they_are():
    assert house.filled(DOCUMENT) == DOCUMENT, MEND


def test_the_document_tells_which_files_and_functions_each_way_passes():
    told = trace.read_sections(DOCUMENT)
    found = trace.read_sections(trace.filled(DOCUMENT, trace.ways()))
    assert list(told) == list(trace.TITLES.values())
    for way, functions in found.items():
        assert sorted(told[way] ^ functions) == [], f"{way}: {MEND}"


@pytest.mark.parametrize("document", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_files_that_are_named_are_there(document):
    text = (ROOT / document).read_text().partition(trace.BEGIN)[0]
    named = re.findall(r"`([\w/]+/\w+\.py)`", text)
    assert named
    assert [name for name in named if not any((ROOT / base / name).exists() for base in ("", "rxapp/auth"))] == []
