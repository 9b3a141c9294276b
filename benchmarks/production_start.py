"""How long `python -m rxapp serve` takes to the first answer, when the pages are built and the tables there."""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.built_app import seconds_to_first_answer
from benchmarks.section import Section, Target, run_alone

AT_MOST_SECONDS = 5

TEXT = """Seconds from `python -m rxapp serve` until the home page has come, whole; built before, SQLite migrated, one worker.
{starts} starts: median {median:.2f} s, longest {longest:.2f} s.
"""


def measure(quick: bool) -> Section:
    with tempfile.TemporaryDirectory() as name:
        seconds_to_first_answer(Path(name))  # makes the tables
        taken = [seconds_to_first_answer(Path(name)) for _ in range(2 if quick else 5)]
    middle = median(taken)
    target = Target(
        "production start when already built, to the first answer, median",
        f"at most {AT_MOST_SECONDS} s",
        f"{middle:.1f} s",
        middle <= AT_MOST_SECONDS,
    )
    return Section("Production start", TEXT.format(starts=len(taken), median=middle, longest=max(taken)), [target])


if __name__ == "__main__":
    run_alone(measure)
