"""`python -m benchmarks.compare [BASE]`: is this commit slower than BASE? In three minutes, both at once, in interleaved rounds.

BASE is a commit, by default the one before; the other side is what lies in the working tree. Both run with the packages of this
environment. The floor's figure stands beside, so that a machine that is slow today is not taken for a slow commit. Exits with 1
if something is a tenth slower.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.idle import idleness
from benchmarks.rounds import Rounds, so_many
from benchmarks.servers import FULL, NORMAL, ROOT, Server, floor, rxapp

ROUNDS, SECONDS = 5, 1.0
SLOWER = 0.9
DISKS = {"NORMAL": NORMAL, "FULL": FULL}
MEASURED = [("rotate", 1), ("rotate", 32), ("read:/api/me", 1), ("read:/api/me", 32), ("read:/api/customers", 32)]
BASE, HERE, FLOOR = "base", "here", "floor"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("base", nargs="?", default="HEAD~1")
    base = parser.parse_args().base
    print(idleness(), "\n")
    print(f"| SQLite | what | {base} | here | of {base} | floor |\n|---|---|---|---|---|---|")
    ratios = [ratio for disk in DISKS for ratio in compare(base, disk)]
    return any(ratio < SLOWER for ratio in ratios)


def compare(base: str, disk: str) -> Iterator[float]:
    """Print a row for each thing that is measured, and yield its ratio. With FULL, only what is written differs."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        servers = [
            stack.enter_context(_tree(Path(name), BASE, stack.enter_context(checked_out(base)), DISKS[disk])),
            stack.enter_context(_tree(Path(name), HERE, ROOT, DISKS[disk])),
            stack.enter_context(floor(Path(name), disk)),
        ]
        for scenario, clients in MEASURED if disk == "NORMAL" else MEASURED[:2]:
            what = {server.name: partial(server.load, scenario, clients, SECONDS) for server in servers}
            if scenario != "rotate":
                del what[FLOOR]  # it has no such route
            rounds = Rounds(what, ROUNDS)
            ratio = rounds.ratio(HERE, to=BASE)
            beside = rounds.cell(FLOOR) if FLOOR in what else ""
            row = (disk, f"{scenario}, {so_many(clients)}", rounds.cell(BASE), rounds.cell(HERE), f"**{ratio:.2f}**", beside)
            print(f"| {' | '.join(row)} |", flush=True)
            yield ratio


@contextmanager
def _tree(directory: Path, name: str, tree: Path, disk: dict[str, str]) -> Iterator[Server]:
    (directory / name).mkdir()
    with rxapp(directory / name, disk, tree=tree) as server:
        server.name = name
        yield server


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The files of a commit, in a directory of their own."""
    with tempfile.TemporaryDirectory() as name:
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "--extract", "--directory", name], input=archive.stdout, check=True)
        yield Path(name)


if __name__ == "__main__":
    sys.exit(main())
