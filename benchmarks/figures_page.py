"""The table in docs/figures.md: what the result files beside this one say about targets, between two marks."""

import re
from pathlib import Path

TARGETS_HEAD = "| what | target | measured | |\n|---|---|---|---|"
"""Of every section's table of targets, and what they are found by."""

HERE = Path(__file__).parent
FIGURES = HERE.parent / "docs" / "figures.md"
FIRST = "RESULTS.md"
PLOTS = ("rotations-sqlite.svg", "get.svg", "navigation.svg")
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def target_rows(results: str) -> list[str]:
    """All rows of all tables of targets in a file of results."""
    tables = results.split(TARGETS_HEAD)[1:]
    return [row for table in tables for row in table.strip().partition("\n\n")[0].splitlines()]


def update_figures() -> None:
    """Put in what the files say now, whichever of them has just been written."""
    FIGURES.write_text(filled(FIGURES.read_text(), {file.name: file.read_text() for file in sorted(HERE.glob("*.md"))}))


def filled(page: str, results: dict[str, str]) -> str:
    """The page with the table made anew; `results` are the files' texts by their names."""
    files = sorted((name for name in results if target_rows(results[name])), key=lambda name: (name != FIRST, name))
    rows = [row for name in files for row in target_rows(results[name])]
    links = ", ".join(f"[{name}](../benchmarks/{name})" for name in files)
    plots = [f"![{name.partition('.')[0]}](images/{name})" for name in PLOTS if (FIGURES.parent / "images" / name).exists()]
    table = "\n".join([TARGETS_HEAD, *rows])
    met = sum(row.endswith("| met |") for row in rows)
    summary = f"**{met} of {len(rows)} targets are met.**"
    when = _when_and_where(results.get(FIRST, ""))
    block = "\n\n".join([BEGIN, when, summary, table, f"Settings and more: {links}.", *plots, END])
    before, _, rest = page.partition(BEGIN)
    return before + block + rest.partition(END)[2]


def _when_and_where(results: str) -> str:
    """The paragraph under the title: the day, the machine, how busy it was, and the versions."""
    found = re.search(r"^\d{4}-\d\d-\d\d,.*?(?=\n\n)", results, re.MULTILINE | re.DOTALL)
    return found[0] if found else "Not measured yet."
