"""`python -m benchmarks.trace [--write]`: the files and functions of ours that a login, a rotation, a request and an event pass.

They come from a real run (`benchmarks/ways.py`). `--write` writes them into docs/architecture.md, between two marks, and also the
rooms (`benchmarks/house.py`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path, PurePosixPath

from benchmarks import house
from benchmarks.calls import Calls, Function
from chaos.app import App

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- trace -->", "<!-- /trace -->"
TIMEOUT_SECONDS = 100

TITLES = {
    "login": "A login over HTTP",
    "rotation": "A rotation over HTTP",
    "request": "A guarded GET, with a good access token",
    "event": "A page event, with a good access token",
    "event with rotation": "A page event whose access token has expired, until the page has stored the new pair",
}
"""The title of each way, in the order of the report."""


def ways() -> dict[str, Calls]:
    """The functions that each way passes, with their numbers of calls, in the order of the first calls."""
    with tempfile.TemporaryDirectory(prefix="rxapp-trace-") as name:
        directory = Path(name)
        found, log = directory / "ways.json", directory / "app.log"
        app = App(directory, f"sqlite:///{directory}/rxapp.db", workers=1)
        app.prepare_database()
        with log.open("wb") as output:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.ways", str(found)],
                cwd=ROOT,
                env=app.environment() | {"REFLEX_APP_MODULE_IMPORT": "benchmarks.bench_app"},
                stdout=output,
                stderr=output,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"the run has failed:\n{log.read_text()[-4_000:]}")
        told = json.loads(found.read_text())
    return {way: {Function(file, name): number for file, name, number in told[way]} for way in TITLES}


def report(way: str, calls: Calls) -> str:
    """The report for the terminal: each file with its functions and their numbers of calls, and the totals."""
    lines = [f"{TITLES[way]}: {totals(calls)}, {sum(calls.values())} calls", ""]
    for file, functions in by_file(calls).items():
        lines += [file, *(f"    {number:4} {name}" for name, number in functions.items())]
    return "\n".join([*lines, ""])


def section(way: str, calls: Calls) -> str:
    """The section of the document: rooms, files and functions of a way. It has no numbers of calls: they vary with versions."""
    files = by_file(calls)
    rooms = [room for room, _ in groupby(files, room_of)]
    rows = [
        f"| `{room_of(file)}` | `{PurePosixPath(file).name}` | {', '.join(f'`{name}`' for name in functions)} |"
        for file, functions in files.items()
    ]
    return "\n".join(
        [
            f"### {TITLES[way]}",
            "",
            f"{totals(calls)}, in the order of the first calls: {' → '.join(f'`{room}`' for room in rooms)}.",
            "",
            "<details><summary>Files and functions</summary>",
            "",
            "| room | file | functions |",
            "|---|---|---|",
            *rows,
            "",
            "</details>",
        ]
    )


def totals(calls: Calls) -> str:
    return f"{len(by_file(calls))} files, {len(calls)} functions"


def by_file(calls: Calls) -> dict[str, dict[str, int]]:
    """The functions of each file. Files and functions are in the order of their first calls."""
    files: dict[str, dict[str, int]] = {}
    for function, number in calls.items():
        files.setdefault(function.file, {})[function.name] = number
    return files


def room_of(file: str) -> str:
    """The folder of a file, without `auth`, because all rooms are in it."""
    return str(PurePosixPath(file).parent).removeprefix("auth/")


def filled(document: str, passed: dict[str, Calls]) -> str:
    """The document with new sections."""
    before, _, rest = document.partition(BEGIN)
    return before + "\n\n".join([BEGIN, *(section(way, calls) for way, calls in passed.items()), END]) + rest.partition(END)[2]


def read_sections(document: str) -> dict[str, set[tuple[str, str, str]]]:
    """Reads the document: for the title of each way, the room, the file and the name of all functions that it passes."""
    told: dict[str, set[tuple[str, str, str]]] = {}
    for line in document.partition(BEGIN)[2].partition(END)[0].splitlines():
        if line.startswith("### "):
            told[line.removeprefix("### ")] = functions = set()
        elif line.startswith("| `"):
            room, file, names = (cell.replace("`", "").strip() for cell in line.strip("|").split("|"))
            functions |= {(room, file, name) for name in names.split(", ")}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trace", description=__doc__)
    parser.add_argument("--write", action="store_true", help="also write docs/architecture.md")
    arguments = parser.parse_args()
    passed = ways()
    sys.stdout.write("\n".join(report(way, calls) for way, calls in passed.items()))
    if arguments.write:
        DOCUMENT.write_text(house.filled(filled(DOCUMENT.read_text(), passed)))


if __name__ == "__main__":
    main()
