"""`python -m benchmarks [--quick] [SECTION …]`: measures rxapp beside its peers and the floor, in interleaved rounds.

All sections together write benchmarks/RESULTS.md, docs/figures.md and its plots; one alone writes nothing.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.figures_page import update_figures
from benchmarks.history import add_run
from benchmarks.idle import idleness
from benchmarks.peers import environments
from benchmarks.section import Section, Target

RESULTS = Path(__file__).with_name("RESULTS.md")
IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SECTIONS = ("load_limit", "rotations", "authenticated_get", "logins", "guard", "navigation", "pages", "production_start")
SECTIONS += ("open_tabs", "sessions", "several_workers")
"""Modules with a `measure(quick) -> Section`, in the order of the report."""

PACKAGES = ("reflex", "fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg", "pyjwt", "argon2-cffi", "playwright")

HEAD = """# Results

{date:%Y-%m-%d}, {cores} cores shared with the load itself (load average {load:.1f} before it began: others used the machine too where that is
above 0.5), {system}, Python {python}, {packages}.

rxapp is the whole app as people run it, with Reflex's own layers, one worker, the request log on (to a file), and
`RXAPP_REFRESH_RATE_LIMIT=0 RXAPP_LOGIN_RATE_LIMIT=0`: the only thing that is switched off. Access tokens live for an hour where their
expiry is not what is measured. Each table is from interleaved rounds of {seconds} seconds; ratios are taken within a round, and the
medians of all rounds are given: compare within a line only. The peers' versions are those of [peers.toml](peers/peers.toml).
"""  # noqa: E501


def measure(name: str, quick: bool) -> Section:
    """The section; one that says so if it failed, for the others are worth having."""
    print(f"measuring: {name}", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        return import_module(f"benchmarks.{name}").measure(quick)
    except Exception:  # noqa: BLE001  whatever it was, it is told and counts as a target that was not met
        traceback.print_exc()
        return Section(name, "Not measured: it failed.", [Target(f"`benchmarks/{name}.py`", "runs", "failed", is_met=False)])
    finally:
        print(f"took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def head(load: float, quick: bool) -> str:
    return HEAD.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        load=load,
        system=platform.system(),
        python=platform.python_version(),
        packages=", ".join(f"{package} {version(package)}" for package in PACKAGES),
        seconds=1 if quick else 2,
    )


def shown(section: Section) -> str:
    plots = "".join(f"\n![{section.title}](../docs/images/{name})\n" for name in section.plots)
    return f"{section}{plots}"


def write_results(beginning: str, sections: list[Section]) -> None:
    """After each section, so that a run that is broken off leaves what it has measured."""
    RESULTS.write_text("\n".join([beginning, *map(shown, sections)]))
    for name, plot in ((name, plot) for section in sections for name, plot in section.plots.items()):
        (IMAGES / name).write_text(plot)
    update_figures()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="two short rounds, for trying it out; writes no file")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(unknown)}")
    for peer in environments.PEERS:
        environments.environment(peer)
    load = os.getloadavg()[0]
    print(idleness(), file=sys.stderr)
    sections: list[Section] = []
    for name in arguments.sections or SECTIONS:
        sections.append(measure(name, arguments.quick))
        print(shown(sections[-1]), flush=True)
        if not arguments.quick and not arguments.sections:
            write_results(head(load, arguments.quick), sections)
    if not arguments.quick and not arguments.sections:
        add_run(sections, load)
    return any(section.text.startswith("Not measured") for section in sections)


if __name__ == "__main__":
    sys.exit(main())
