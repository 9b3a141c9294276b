"""`make chaos`: one fault after another under load, and the report `docs/faults.md`. Exits with 1 if a promise was broken."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from chaos.app import ROOT, App
from chaos.full_disk import full_disk_under_postgresql, full_disk_under_sqlite
from chaos.postgresql import PostgreSQL
from chaos.redis_server import RedisServer
from chaos.sockets import AT_A_TIME, Sockets, many_sockets
from chaos.storm import Outcome, every, storm

REPORT = ROOT / "docs" / "faults.md"
CLIENTS = 32
PAGES = 8
WORKERS = 4
WORKERS_WITH_REDIS = 2
REDIS_AWAY_SECONDS = 1

HEAD = """# Faults

What `make chaos` did and found on {date:%Y-%m-%d}, with {clients} clients and {pages} open pages. Load average {load:.1f} on
{cores} cores before it began. A load above zero means that others used the machine too. The command writes this file.

Each client rotates its own session without pause and uses each new access token once. After a 5xx or no answer it retries
0.2 s later with the pair that it holds.

"Logged out" counts clients that were refused. "Forked" counts sessions that afterwards gave two refresh tokens to two
simultaneous rotations. "Reuse" counts false alarms of reuse detection. "Rotating" is how many clients can rotate afterwards.

| fault | rotations | 503 | no answer | 500 | longest wait | logged out | forked | reuse | rotating |
|---|---|---|---|---|---|---|---|---|---|
"""

TAIL = """
"Longest wait" is the longest time that a client waited for an answer, its retries included.
No answered rotation is lost. If a rotation was committed and not answered, the retry gets the answer.

## Open pages

Meanwhile {pages} people are logged in at `/customers` and click Refresh twice a second. `chaos/page.py` sends
Reflex's events over a WebSocket, as the browser does.

| fault | clicks done | told "not now" | no answer in 5 s | broken off | longest | sent to login |
|---|---|---|---|---|---|---|
{page_rows}

"Longest" is the longest time until a click was done. It includes the notice, the second click and the reconnection. A page
whose state was lost with Redis reconnects by itself at the next click, and the click is not lost.

## Many open pages

{sockets.pages:,} open pages on one worker, each with its own session, opened {at_a_time} at a time in {sockets.opening:.0f} s.

| what | measured |
|---|---|
| the worker's memory, before and after | {sockets.before:.0f} and {sockets.after:.0f} MiB: {sockets.kib_a_page:.0f} KiB a page |
| a click on one of them, median | {sockets.median_click:.3f} s |
| time from revoking one session over HTTP until its page is at the login page | {sockets.one_logged_out:.2f} s |
| another process disables the user: time until the last of all pages is at the login page | {sockets.all_logged_out:.1f} s |
| pages that stay | {sockets.still_open} |

What a person sees (`tests/web/test_outages.py`): a click during an outage says "That could not be done just now", and the
page does not change. A page that is opened during the outage loads by itself when the database is back.

A real browser is not measured here. `tests/e2e/test_production.py` uses one with a killed worker and a Redis that restarts.
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
        return asyncio.run(storm(app, CLIENTS, seconds, faults(app, postgresql), PAGES))
    finally:
        app.stop()
        postgresql.close()


def on_redis(directory: Path, seconds: float) -> Outcome:
    directory.mkdir()
    postgresql, redis = PostgreSQL(directory / "postgresql"), RedisServer(directory)
    redis.start()
    app = App(directory, postgresql.url, workers=WORKERS_WITH_REDIS, redis_url=redis.url)
    try:
        app.start()
        return asyncio.run(storm(app, CLIENTS, seconds, [partial(every, 5, 2, partial(restart_redis, redis))], PAGES))
    finally:
        app.stop()
        redis.stop()
        postgresql.close()


def restart_redis(redis: RedisServer) -> None:
    """Redis is away for a second, and its data are gone."""
    redis.stop()
    time.sleep(REDIS_AWAY_SECONDS)
    redis.start()


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
    figures += [len(outcome.logged_out), outcome.forked, outcome.reuse_detections]
    return f"| {name} | {' | '.join(map(str, figures))} | {outcome.rotating_afterwards} of {outcome.clients} |"


def page_row(name: str, outcome: Outcome) -> str:
    not_done = [outcome.clicks_not_done[kind] for kind in ("told", "no answer", "broken off")]
    figures = [outcome.clicks, *not_done, f"{outcome.longest_click:.1f} s", len(outcome.sent_to_login)]
    return f"| {name} | {' | '.join(map(str, figures))} |"


def report(outcomes: dict[str, Outcome], sockets: Sockets, load: float) -> str:
    rows = "\n".join(row(name, outcome) for name, outcome in outcomes.items())
    page_rows = "\n".join(page_row(name, outcome) for name, outcome in outcomes.items())
    head = HEAD.format(date=datetime.now(UTC), clients=CLIENTS, pages=PAGES, load=load, cores=os.cpu_count())
    return head + rows + "\n" + TAIL.format(pages=PAGES, page_rows=page_rows, sockets=sockets, at_a_time=AT_A_TIME)


def main() -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="rxapp-chaos-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # PostgreSQL runs as another user
        everything = {
            "60 s: `kill -9` of a worker every 5 s, PostgreSQL restarted twice": on_postgresql(directory / "a", 60, the_storm),
            "15 s: PostgreSQL crashes twice": on_postgresql(directory / "b", 15, crashes),
            "15 s: Redis restarts twice and forgets everything, away for 1 s (two workers)": on_redis(directory / "c", 15),
            "15 s: the clock an hour back, and an hour forward": on_postgresql(directory / "d", 15, clock_back_and_forward),
            "15 s: the disk is full for 5 s (SQLite, a file system of 12 MB)": full_disk_under_sqlite(
                directory / "e", CLIENTS, 15, PAGES
            ),
            "15 s: the disk is full for 5 s (PostgreSQL, a file system of 160 MB)": full_disk_under_postgresql(
                directory / "f", CLIENTS, 15, PAGES
            ),
        }
        outcomes = {name: outcome for name, outcome in everything.items() if outcome is not None}
        sockets = many_sockets(directory / "g")
    text = report(outcomes, sockets, load)
    REPORT.write_text(text)
    print(text)
    for outcome in outcomes.values():
        print(*outcome.logged_out, *outcome.sent_to_login, sep="\n", end="")
    sys.exit(sockets.still_open > 0 or not all(outcome.is_well for outcome in outcomes.values()))


if __name__ == "__main__":
    main()
