"""Which tests are run together, and in which order: what takes long begins first, so that at the end no processor is idle."""

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

BEGIN_FIRST = ("tests/e2e/stranger", "tests/e2e/examples", "tests/sockets", "tests/e2e", "tests/chaos", "tests/cli", "tests")
"""Folders: what builds, what starts servers and browsers, what starts processes, and the rest."""

SHARE_A_SERVER = tuple(map(PurePosixPath, ("tests/sockets", "tests/upgrade", "tests/e2e/development")))
"""The files of such a folder are run by one worker, which starts each server once."""


def place_of(file: PurePosixPath) -> int:
    """How many are to be begun before this file. What is in no folder of the list, such as another's tests, comes last."""
    places = [place for place, folder in enumerate(BEGIN_FIRST) if PurePosixPath(folder) in file.parents]
    return min(places, default=len(BEGIN_FIRST))


def unit_of(test: str) -> str:
    """What one worker does from its beginning to its end: a file, or files that share a server."""
    file = PurePosixPath(test.partition("::")[0])
    return str(next((folder for folder in SHARE_A_SERVER if folder in file.parents), file))


def put_in_order(items: list[pytest.Item]) -> None:
    """Within a folder, as they are collected."""
    items.sort(key=lambda item: place_of(PurePosixPath(item.nodeid.partition("::")[0])))


class Scheduling(LoadScopeScheduling):
    """As `--dist loadfile`, by our units."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
