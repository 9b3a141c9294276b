"""`python -m benchmarks.accounts [--quick]`: measures sign-out, search and pruning, and writes benchmarks/ACCOUNTS.md."""

import argparse
import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import scale
from benchmarks.servers import SYNCHRONOUS, rxapp
from benchmarks.sign_out import TABS, sign_out_times

RESULTS = Path(__file__).with_name("ACCOUNTS.md")
PACKAGES = ("reflex", "sqlalchemy", "playwright")

REPORT = """# Accounts and sessions: results

{date:%Y-%m-%d}, {cores} cores shared with the load and the browsers themselves, Python {python}, {packages}. One worker, SQLite
WAL, `synchronous={synchronous}`.

| what | target | measured | |
|---|---|---|---|
{rows}

Searches, medians of {search_rounds}, the first page or the last, whichever is slower: {searches}.
`prune` took {prune[took]:.0f} s.
"""

SIGN_OUT = "sign-out: from the click to {} tabs in another browser at the login page, 95th percentile of {}"
SEARCH = "the page of users at {:,} users and {:,} sessions, server time, the slowest of the searches"
PRUNE = "99th percentile of refreshes by 8 clients while `prune` removes {:,} sessions"


def row(what: str, milliseconds: float, target: float, beside: str = "", *, is_done: bool = True) -> str:
    is_met = "met" if milliseconds < target and is_done else "NOT met"
    return f"| {what} | under {target:,} ms | {milliseconds:.0f} ms{beside} | {is_met} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accounts", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, for trying it out; writes no file")
    quick = parser.parse_args().quick
    rounds = 3 if quick else 50
    with tempfile.TemporaryDirectory() as name:
        times = sign_out_times(Path(name), rounds)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        scale.fill(scale.sqlite_url(directory))
        searches = scale.search_times(scale.sqlite_url(directory))
        with rxapp(directory) as server:
            prune = scale.prune_beside_refreshes(server, directory, 2 if quick else 10)
    p95, median = times[int(len(times) * 0.95)], times[len(times) // 2]
    rows = (
        row(SIGN_OUT.format(TABS, rounds), p95, 1000, f" (median {median:.0f})"),
        row(SEARCH.format(scale.USERS, scale.STANDING_SESSIONS + scale.DEAD_SESSIONS), max(searches.values()), 200),
        row(PRUNE.format(prune["removed"]), prune["busy"], 250, f" ({prune['alone']:.0f} without it)", is_done=not prune["left"]),
    )
    text = REPORT.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        python=platform.python_version(),
        packages=", ".join(f"{package} {version(package)}" for package in PACKAGES),
        synchronous=SYNCHRONOUS,
        rows="\n".join(rows),
        search_rounds=scale.ROUNDS,
        searches=", ".join(f"{what} {milliseconds:.0f} ms" for what, milliseconds in searches.items()),
        prune=prune,
    )
    print(text)
    if not quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
