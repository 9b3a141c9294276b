"""The history of what `make bench` has measured: a line of JSON for each whole run, so that a slower commit is seen."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.section import Section

FILE = Path(__file__).with_name("history.jsonl")


def add_run(sections: list[Section], load: float) -> None:
    """Append this run: its day, its commit, the load before it, and each target with what was measured."""
    measured = {target.what: target.measured for section in sections for target in section.targets}
    run = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "commit": _commit(), "load": round(load, 2), "measured": measured}
    with FILE.open("a") as file:
        file.write(json.dumps(run) + "\n")


def _commit() -> str:
    """The short name of the commit; with a plus sign if files have been changed since."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=FILE.parent, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
