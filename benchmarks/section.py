"""What each part of the benchmarks hands over: `measure(quick: bool) -> Section`, in a module of its own in `benchmarks/`.

`python -m benchmarks` puts the sections together; `run_alone` is the `main` of such a module.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures_page import TARGETS_HEAD, update_figures


@dataclass(frozen=True)
class Target:
    """What was to be reached, and whether it was. All in words, with their units."""

    what: str
    target: str
    measured: str
    is_met: bool

    def __str__(self) -> str:
        return f"| {self.what} | {self.target} | {self.measured} | {'met' if self.is_met else 'NOT met'} |"


@dataclass(frozen=True)
class Section:
    """`text` is Markdown: tables, the settings under which they were measured, versions. `plots` are SVG by file name."""

    title: str
    text: str
    targets: list[Target] = field(default_factory=list)
    plots: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"## {self.title}", self.text.strip()]
        if self.targets:
            parts.append(target_table(self.targets))
        return "\n\n".join(parts) + "\n"


def target_table(targets: list[Target]) -> str:
    return "\n".join([TARGETS_HEAD, *map(str, targets)])


def run_alone(measure: Callable[[bool], Section], results: Path | None = None) -> None:
    """Measure, print, and write `results` if there is such a file and the run was a whole one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few short rounds, for trying it out; writes no file")
    quick = parser.parse_args().quick
    text = str(measure(quick))
    print(text)
    if results and not quick:
        results.write_text(text.removeprefix("#"))
        update_figures()
