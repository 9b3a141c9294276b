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
OF_OPEN, OF_BETTER_AUTH = 0.6, 1.3

OURS_OPEN, OURS, ME = "rxapp, open", "rxapp", "rxapp, who am I"
THEIRS_OPEN, THEIRS = "fastapi-users, open", "fastapi-users"
BETTER_AUTH, FLOOR, BARE = "better-auth", "floor", "Starlette, open"
COMPARED = ((OURS, OURS_OPEN), (THEIRS, THEIRS_OPEN), (OURS, THEIRS), (ME, BETTER_AUTH), (OURS_OPEN, BARE))

TEXT = """Requests per second (median / 99th percentile in ms), one worker each, SQLite WAL `synchronous=NORMAL`, one session
for each client.

| clients | {names} |
|---|---|---|---|---|---|---|---|---|
{rows}

| clients | {compared} |
|---|---|---|---|---|---|
{ratios}

`GET /api/customers` and its open twin answer the customers' names from the database; so do the two routes of
fastapi-users ({fastapi_users}; database strategy, bearer).
better-auth ({better_auth}, `node:sqlite`, node {node}) answers `GET /api/auth/get-session` with the session and the user that it
looks up, without its cookie cache; `GET /api/me` of rxapp is what comes nearest to that. All of these see at once that a session
was revoked. The floor verifies the signature and nothing else, and asks no database. "Starlette, open" is a route of it that
reads the same names with `sqlite3` on the event loop.
"""


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
            ME: (ours, "read:/api/me"),
            THEIRS_OPEN: (theirs, "read:/open/customers"),
            THEIRS: (theirs, "read:/customers"),
            BETTER_AUTH: (node, "read:/api/auth/get-session"),
            FLOOR: (least, "read:/api/customers"),
            BARE: (least, "read:/open/customers"),
        }
        measured = {}
        for clients in CLIENTS:
            loads = {name: partial(server.load, scenario, clients, seconds) for name, (server, scenario) in routes.items()}
            measured[clients] = Rounds(loads, rounds)
    text = TEXT.format(
        names=" | ".join(routes),
        compared=" | ".join(f"{name} of {other}" for name, other in COMPARED),
        rows="\n".join(_row(clients, [rounds.cell(name) for name in routes]) for clients, rounds in measured.items()),
        ratios="\n".join(_row(clients, _ratios(rounds)) for clients, rounds in measured.items()),
        fastapi_users=versions("fastapi-users"),
        better_auth=versions("better-auth"),
        node=node_version(),
    )
    last = measured[MOST]
    what = {
        f"authenticated `GET /api/customers` against the same route without authentication, {MOST} clients": (OURS, OURS_OPEN),
        f"the open twin of `GET /api/customers`, of a bare Starlette route, {MOST} clients": (OURS_OPEN, BARE),
    }
    targets = [_at_least(words, OF_OPEN, last, *pair) for words, pair in what.items()]
    for clients, rounds in measured.items():
        words = f"`GET /api/me`, of better-auth's session look-up, {so_many(clients)}"
        targets.append(_at_least(words, OF_BETTER_AUTH, rounds, ME, BETTER_AUTH))
    shown = (OURS, ME, THEIRS, BETTER_AUTH)
    groups = {so_many(clients): [rounds.median(name) for name in shown] for clients, rounds in measured.items()}
    return Section("An authenticated GET", text, targets, {"get.svg": bars("GET requests per second, SQLite", shown, groups)})


def _at_least(what: str, target: float, rounds: Rounds, name: str, other: str) -> Target:
    ratio = rounds.ratio(name, to=other)
    return Target(what, f"at least {target}", f"{ratio:.2f}", ratio >= target)


def _row(clients: int, cells: list[str]) -> str:
    return f"| {clients} | {' | '.join(cells)} |"


def _ratios(rounds: Rounds) -> list[str]:
    return [f"**{rounds.ratio(name, other):.2f}**" for name, other in COMPARED]


if __name__ == "__main__":
    run_alone(measure)
