"""Which tests are run together, and in which order."""

from itertools import pairwise
from pathlib import PurePosixPath

from tests.order import BEGIN_FIRST, place_of, unit_of


def test_what_builds_begins_first_and_what_takes_a_moment_last():
    files = ["e2e/stranger/test_from_the_wheel.py", "sockets/test_memory.py", "e2e/test_account.py", "cli/test_refusals.py"]
    files += ["core/keys/test_derivation.py"]
    assert all(place_of(PurePosixPath("tests", one)) < place_of(PurePosixPath("tests", other)) for one, other in pairwise(files))


def test_each_folder_of_the_list_has_tests(request):
    assert [folder for folder in BEGIN_FIRST if not any((request.config.rootpath / folder).rglob("test_*.py"))] == []


def test_a_file_is_one_workers_and_so_are_those_that_share_a_server():
    assert unit_of("tests/core/keys/test_derivation.py::test_x[a::b]") == "tests/core/keys/test_derivation.py"
    assert unit_of("tests/sockets/test_memory.py::TestA::test_x") == unit_of("tests/sockets/test_uploads.py::test_y")
