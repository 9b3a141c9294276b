"""An authenticated GET against the same route without authentication, in rxapp and in others that look a session up."""

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.peers.environments import node_version, versions
from benchmarks.peers.servers import better_auth, fastapi_users
from benchmarks.plot import bars
from benchmarks.rounds import Rounds, so_many
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import NORMAL, floor, rxapp

CLIENTS = (1, 32)
MOST = CLIENTS[-1]
OF_OPEN = 0.6

OURS_OPEN, OURS = "rxapp, open", "rxapp"
THEIRS_OPEN, THEIRS = "fastapi-users, open", "fastapi-users"
BETTER_AUTH, FLOOR = "better-auth", "floor"

TEXT = """Requests per second (median / 99th percentile in ms), one worker each, SQLite WAL `synchronous=NORMAL`, one session per client.

| clients | {names} | rxapp of its open twin | fastapi-users of its open twin | rxapp of fastapi-users | rxapp of better-auth |
|---|---|---|---|---|---|---|---|---|---|---|
{rows}

`GET /api/customers` and its open twin answer the customers' names from the database; so do the two routes of fastapi-users ({fastapi_users};
database strategy, bearer, aiosqlite, granian). better-auth ({better_auth}, `node:sqlite`, node {node}) answers
`GET /api/auth/get-session` with the session that it looks up, without its cookie cache. All of these see at once that a session was
revoked. The floor verifies the signature and nothing else, and asks no database.
"""  # noqa: E501  rows of a table


def measure(quick: bool) -> Section:
    rounds, seconds = (2, 1) if quick else (5, 2)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(rxapp(directory, NORMAL))
        theirs = stack.enter_context(fastapi_users(directory))
        node = stack.enter_context(better_auth(directory))
        least = stack.enter_context(floor(directory, "NORMAL"))
        routes = {
            OURS_OPEN: (ours, "read:/bench/customers"),
            OURS: (ours, "read:/api/customers"),
            THEIRS_OPEN: (theirs, "read:/open/customers"),
            THEIRS: (theirs, "read:/customers"),
            BETTER_AUTH: (node, "read:/api/auth/get-session"),
            FLOOR: (least, "read:/api/customers"),
        }
        measured = {}
        for clients in CLIENTS:
            loads = {name: partial(server.load, scenario, clients, seconds) for name, (server, scenario) in routes.items()}
            measured[clients] = Rounds(loads, rounds)
    text = TEXT.format(
        names=" | ".join(routes),
        rows="\n".join(_row(clients, rounds) for clients, rounds in measured.items()),
        fastapi_users=versions("fastapi-users"),
        better_auth=versions("better-auth"),
        node=node_version(),
    )
    ratio = measured[MOST].ratio(OURS, to=OURS_OPEN)
    target = Target(
        f"authenticated `GET /api/customers` against the same route without authentication, {MOST} clients",
        f"at least {OF_OPEN}",
        f"{ratio:.2f}",
        ratio >= OF_OPEN,
    )
    shown = (OURS_OPEN, OURS, THEIRS, BETTER_AUTH)
    groups = {so_many(clients): [rounds.median(name) for name in shown] for clients, rounds in measured.items()}
    return Section("An authenticated GET", text, [target], {"get.svg": bars("GET requests per second, SQLite", shown, groups)})


def _row(clients: int, rounds: Rounds) -> str:
    cells = [rounds.cell(name) for name in (OURS_OPEN, OURS, THEIRS_OPEN, THEIRS, BETTER_AUTH, FLOOR)]
    ratios = [(OURS, OURS_OPEN), (THEIRS, THEIRS_OPEN), (OURS, THEIRS), (OURS, BETTER_AUTH)]
    cells += [f"**{rounds.ratio(name, to):.2f}**" for name, to in ratios]
    return f"| {clients} | {' | '.join(cells)} |"


if __name__ == "__main__":
    run_alone(measure)
