"""`make chaos`: one fault after another under load, and the report, `docs/faults.md`. Ends with 1 if a promise was not kept."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from chaos.app import ROOT, App
from chaos.full_disk import full_disk
from chaos.postgresql import PostgreSQL
from chaos.storm import Outcome, every, storm

REPORT = ROOT / "docs" / "faults.md"
CLIENTS = 32
WORKERS = 4

HEAD = """# Faults

What `make chaos` did and found on {date:%Y-%m-%d}, with {clients} clients.
Each rotates its own session continually, uses
each new access token once, and on a 5xx or no answer retries 0.2 s later with the pair it holds. The command writes this file.

"Signed out" counts clients that were refused, "forked" sessions that afterwards gave two refresh tokens to two simultaneous
rotations, "reuse" detections of a reuse that there was none of. "Rotating" is how many clients rotate afterwards.

| fault | rotations | 503 | no answer | 500 | longest wait | signed out | forked | reuse | rotating |
|---|---|---|---|---|---|---|---|---|---|
"""

TAIL = """
"Longest wait" is how long a client waited for an answer, its retries included: how long until all was well for the one hit worst.
Nothing that was answered is lost. A rotation that was committed and not answered is answered by its retry.

What a person sees (`tests/web/test_outages.py`): a click that meets an outage says "That could not be done just now", and the
page stays as it is. A page that is opened in the outage loads by itself when the database is back.

Not measured here: browsers, a restart of Redis, 2,000 open WebSockets.
"""


def _database_restarts(postgresql: PostgreSQL) -> None:
    postgresql.stop()
    postgresql.start()


def _database_crashes(postgresql: PostgreSQL) -> None:
    postgresql.stop("immediate")
    postgresql.start()


def on_postgresql(directory: Path, seconds: float, faults: Callable[[App, PostgreSQL], list]) -> Outcome:
    directory.mkdir()
    postgresql = PostgreSQL(directory / "postgresql")
    app = App(directory, postgresql.url, workers=WORKERS)
    try:
        app.start()
        return asyncio.run(storm(app, CLIENTS, seconds, faults(app, postgresql)))
    finally:
        app.stop()
        postgresql.close()


def the_storm(app: App, postgresql: PostgreSQL) -> list:
    return [partial(every, 5, 11, app.kill_a_worker), partial(every, 20, 2, partial(_database_restarts, postgresql))]


def crashes(_app: App, postgresql: PostgreSQL) -> list:
    return [partial(every, 5, 2, partial(_database_crashes, postgresql))]


def clock_back_and_forward(app: App, _postgresql: PostgreSQL) -> list:
    async def set_clock() -> None:
        for seconds in (-3600, 0, 3600, 0):
            await asyncio.sleep(3)
            app.set_clock(seconds)

    return [set_clock]


def row(name: str, outcome: Outcome) -> str:
    figures = [
        outcome.rotations,
        *(outcome.failures[kind] for kind in ("503", "no answer", "500")),
        f"{outcome.longest_wait:.1f} s",
    ]
    figures += [len(outcome.signed_out), outcome.forked, outcome.reuse_detections]
    return f"| {name} | {' | '.join(map(str, figures))} | {outcome.rotating_afterwards} of {outcome.clients} |"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rxapp-chaos-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # PostgreSQL runs as another user
        outcomes = {
            "60 s: `kill -9` of a worker every 5 s, PostgreSQL restarted twice": on_postgresql(directory / "a", 60, the_storm),
            "15 s: PostgreSQL crashes twice": on_postgresql(directory / "b", 15, crashes),
            "15 s: the clock an hour back, and an hour forward": on_postgresql(directory / "c", 15, clock_back_and_forward),
            "15 s: the disk is full for 5 s (SQLite, a file system of 12 MB)": full_disk(directory / "d", CLIENTS, 15),
        }
    rows = "\n".join(row(name, outcome) for name, outcome in outcomes.items() if outcome is not None)
    REPORT.write_text(HEAD.format(date=datetime.now(UTC), clients=CLIENTS) + rows + "\n" + TAIL)
    print(rows)
    for outcome in outcomes.values():
        if outcome is not None and outcome.signed_out:
            print(outcome.signed_out)
    sys.exit(any(outcome is not None and not outcome.is_well for outcome in outcomes.values()))


if __name__ == "__main__":
    main()
