"""Rotations over HTTP, each client its own session: rxapp, the floor and simplejwt, on SQLite and on PostgreSQL."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from benchmarks.peers.environments import versions
from benchmarks.peers.servers import POSTGRESQL_THREADS, SQLITE_THREADS, simplejwt
from benchmarks.plot import bars
from benchmarks.rounds import Rounds, Turn, so_many
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import FULL, NORMAL, Server, floor, postgresql_floor, rxapp
from chaos.postgresql import PostgreSQL

CLIENTS = (1, 8, 32)
MOST = CLIENTS[-1]
DATABASES = ("floor", "rxapp", "simplejwt")
OF_FLOOR, OF_FLOOR_WITH_FULL, OF_POSTGRESQL_FLOOR = 0.65, 0.6, 0.75
TIMES_SIMPLEJWT, TIMES_P99 = 8, 1.5

TEXT = """Rotations per second (median / 99th percentile in ms), one worker each, every client its own session over keep-alive.

### SQLite, WAL, `synchronous=NORMAL` for all

{sqlite}

### SQLite, WAL, `synchronous=FULL` (rxapp's default) for the floor and rxapp

{full}

### PostgreSQL {postgresql_version}, `fsync` on, over a Unix socket

{postgresql}

The floors ([floor.py](floor.py), [postgresql_floor.py](postgresql_floor.py)) are Starlette on uvicorn, as rxapp is, with one
conditional UPDATE and PyJWT; they keep no protocol. On SQLite the UPDATE runs on the event loop, on PostgreSQL in four threads
with a psycopg connection each. simplejwt: {versions};
`ROTATE_REFRESH_TOKENS`, `BLACKLIST_AFTER_ROTATION`, Django without any middleware but that of content lengths, under granian's
WSGI with {sqlite_threads} thread on SQLite and {postgresql_threads} on PostgreSQL.
"""


def measure(quick: bool) -> Section:
    rounds, seconds = (2, 1) if quick else (5, 2)
    with tempfile.TemporaryDirectory() as name:
        sqlite = _on_sqlite(Path(name), rounds, seconds)
    with tempfile.TemporaryDirectory() as name:
        full = _with_full(Path(name), rounds, seconds)
    with tempfile.TemporaryDirectory() as name:
        version, postgresql = _on_postgresql(Path(name), rounds, seconds)
    text = TEXT.format(
        sqlite=_table(sqlite),
        full=_table(full, ("floor", "rxapp")),
        postgresql=_table(postgresql),
        postgresql_version=version,
        versions=versions("simplejwt"),
        sqlite_threads=SQLITE_THREADS,
        postgresql_threads=POSTGRESQL_THREADS,
    )
    what = f"rotations/s over HTTP, 1 worker, {MOST} clients, "
    targets = [
        _at_least(f"{what}SQLite NORMAL, of the floor's", OF_FLOOR, sqlite[MOST].ratio("rxapp", to="floor")),
        _at_least(f"{what}SQLite NORMAL, of simplejwt's", TIMES_SIMPLEJWT, sqlite[MOST].ratio("rxapp", to="simplejwt"), " times"),
        _at_least(f"{what}SQLite FULL, of the floor's", OF_FLOOR_WITH_FULL, full[MOST].ratio("rxapp", to="floor")),
        _at_least(f"{what}PostgreSQL, of the psycopg floor's", OF_POSTGRESQL_FLOOR, postgresql[MOST].ratio("rxapp", to="floor")),
        _p99(sqlite[MOST]),
    ]
    plots = {"rotations-sqlite.svg": _plot("SQLite", sqlite), "rotations-postgresql.svg": _plot("PostgreSQL", postgresql)}
    return Section("Rotations", text, targets, plots)


def _on_sqlite(directory: Path, rounds: int, seconds: float) -> dict[int, Rounds]:
    with floor(directory, "NORMAL") as least, rxapp(directory, NORMAL) as ours, simplejwt(directory) as theirs:
        return _by_clients([least, ours, theirs], rounds, seconds)


def _with_full(directory: Path, rounds: int, seconds: float) -> dict[int, Rounds]:
    with floor(directory, "FULL") as least, rxapp(directory, FULL) as ours:
        return _by_clients([least, ours], rounds, seconds)


def _on_postgresql(directory: Path, rounds: int, seconds: float) -> tuple[str, dict[int, Rounds]]:
    """One PostgreSQL for all, with a database for each."""
    with ExitStack() as stack:
        postgresql = PostgreSQL(directory / "postgresql")
        stack.callback(postgresql.close)
        url = make_url(postgresql.url)
        with psycopg.connect(_libpq(url), autocommit=True) as operator:
            version = operator.execute("SHOW server_version").fetchone()[0]
            for name in DATABASES:
                operator.execute(f"CREATE DATABASE {name}")
        peers = {"PGHOST": url.query["host"], "PGUSER": url.username, "PGDATABASE": "simplejwt"}
        ours = url.set(database="rxapp").render_as_string(hide_password=False)
        servers = [
            stack.enter_context(postgresql_floor(directory, _libpq(url.set(database="floor")))),
            stack.enter_context(rxapp(directory, {"DATABASE_URL": ours})),
            stack.enter_context(simplejwt(directory, peers)),
        ]
        return version, _by_clients(servers, rounds, seconds)


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _by_clients(servers: list[Server], rounds: int, seconds: float) -> dict[int, Rounds]:
    def contenders(clients: int) -> dict[str, Callable[[], Turn]]:
        return {server.name: partial(server.load, server.rotation, clients, seconds) for server in servers}

    return {clients: Rounds(contenders(clients), rounds) for clients in CLIENTS}


def _table(measured: dict[int, Rounds], names: Sequence[str] = ("floor", "rxapp", "simplejwt")) -> str:
    peers = [name for name in names if name != "rxapp"]
    rows = [f"| clients | {' | '.join(names)} | {' | '.join(f'of {name}' for name in peers)} |"]
    rows.append("|---" * (1 + len(names) + len(peers)) + "|")
    for clients, rounds in measured.items():
        ratios = [f"**{rounds.ratio('rxapp', to=name):.2f}**" for name in peers]
        rows.append(f"| {clients} | {' | '.join([*map(rounds.cell, names), *ratios])} |")
    return "\n".join(rows)


def _p99(rounds: Rounds) -> Target:
    ours, least = rounds.median("rxapp", "p99"), rounds.median("floor", "p99")
    what = f"99th percentile of a rotation, {MOST} clients, SQLite NORMAL"
    return Target(what, f"at most {TIMES_P99} times the floor's ({least:.1f} ms)", f"{ours:.1f} ms", ours <= TIMES_P99 * least)


def _at_least(what: str, target: float, measured: float, unit: str = "") -> Target:
    return Target(what, f"at least {target}{unit}", f"{measured:.2f}{unit}", measured >= target)


def _plot(database: str, measured: dict[int, Rounds]) -> str:
    names = ("floor", "rxapp", "simplejwt")
    groups = {so_many(clients): [rounds.median(name) for name in names] for clients, rounds in measured.items()}
    return bars(f"Rotations per second, {database}", names, groups)


if __name__ == "__main__":
    run_alone(measure)
