"""One worker and two, on PostgreSQL and Redis; and what a flood of logins at one of the two does at the other."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import psutil
import psycopg
from sqlalchemy import make_url

from benchmarks.load import Connection, log_in, read
from benchmarks.open_tabs import click_all
from benchmarks.rounds import Rounds, Turn
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import Server, rxapp
from chaos.page import Page
from chaos.postgresql import PostgreSQL
from chaos.redis_server import RedisServer

CLIENTS = 32
WORKERS = (1, 2)
FLOODING, READING = 8, 2
OTHERS_P99_TIMES, OTHERS_P99_PLUS_MS = 2, 10

TEXT = """PostgreSQL with `fsync`, Redis for the states of pages, {clients} clients. Everything shares {cores} cores: the workers,
PostgreSQL, Redis and the load. So the second worker can only take what the others leave.

| what | 1 worker | 2 workers | 2 of 1 |
|---|---|---|---|
{rows}

{flooding} clients log in without end at one of two workers, {logins:.0f} logins/s. 99th percentile of `GET /api/me`, {reading}
readers, each over a connection to one worker:

| at which worker | idle | while the logins run |
|---|---|---|
| the one that they log in at | {same_idle:.1f} ms | {same:.1f} ms |
| the other | {other_idle:.1f} ms | {other:.1f} ms |
"""


class Beside(NamedTuple):
    """99th percentiles in milliseconds at the flooded worker and at the other, and how many logins there were a second."""

    same: float
    other: float
    logins: float


def measure(quick: bool) -> Section:
    rounds, seconds = (2, 1) if quick else (5, 2)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgresql, redis = PostgreSQL(directory / "postgresql"), RedisServer(directory)
        stack.callback(postgresql.close)
        redis.start()
        stack.callback(redis.stop)
        servers = {workers: _serve(stack, directory / str(workers), postgresql, redis, workers) for workers in WORKERS}
        kinds: dict[str, Callable[[Server], Turn]] = {
            "rotations": lambda server: server.load("rotate", CLIENTS, seconds),
            "`GET /api/me`": lambda server: server.load("read:/api/me", CLIENTS, seconds),
            "guarded events": lambda server: asyncio.run(_click(server, seconds)),
        }
        found = {
            what: Rounds({str(n): partial(of, server) for n, server in servers.items()}, rounds) for what, of in kinds.items()
        }
        idle, busy = asyncio.run(_beside_logins(servers[2], seconds * 2))
    rows = [
        f"| {what} | {each.cell('1')} | {each.cell('2')} | **{each.ratio('2', to='1'):.2f}** |" for what, each in found.items()
    ]
    text = TEXT.format(
        clients=CLIENTS,
        cores=psutil.cpu_count(),
        rows="\n".join(rows),
        flooding=FLOODING,
        reading=READING,
        logins=busy.logins,
        same_idle=idle.same,
        same=busy.same,
        other_idle=idle.other,
        other=busy.other,
    )
    most = OTHERS_P99_TIMES * idle.other + OTHERS_P99_PLUS_MS
    words = "p99 of a read at one of two workers while logins run at the other"
    bound = f"at most {OTHERS_P99_TIMES} times the idle p99 plus {OTHERS_P99_PLUS_MS} ms: {most:.1f} ms"
    return Section("Several workers", text, [Target(words, bound, f"{busy.other:.1f} ms", busy.other <= most)])


def _serve(stack: ExitStack, directory: Path, postgresql: PostgreSQL, redis: RedisServer, workers: int) -> Server:
    """Its database and its keys in Redis are its own."""
    directory.mkdir()
    with psycopg.connect(make_url(postgresql.url).set(drivername="postgresql").render_as_string(), autocommit=True) as operator:
        operator.execute(f"CREATE DATABASE workers{workers}")
    url = make_url(postgresql.url).set(database=f"workers{workers}").render_as_string(hide_password=False)
    environment = {"DATABASE_URL": url, "REDIS_URL": f"{redis.url[:-1]}{workers}", "WEB_CONCURRENCY": str(workers)}
    return stack.enter_context(rxapp(directory, environment))


async def _click(server: Server, seconds: float) -> Turn:
    pairs = json.loads(server.pairs.read_text())
    pages = [Page(f"http://127.0.0.1:{server.port}", pair) for pair in pairs[:CLIENTS]]
    for page in pages:
        await page.open()
    rate, p50, p99 = await click_all(pages, seconds)
    for page in pages:
        await page.close()
    return {"rate": rate, "p50": p50, "p99": p99}


async def _beside_logins(server: Server, seconds: float) -> tuple[Beside, Beside]:
    pair = json.loads(server.pairs.read_text())[0]
    one, other = await _connections(server.port, FLOODING + READING)
    readers = {"same": one[FLOODING:], "other": other[:READING]}
    idle = await _read_beside(readers, [], pair, seconds)
    return idle, await _read_beside(readers, one[:FLOODING], pair, seconds)


async def _connections(port: int, least: int) -> tuple[list[Connection], list[Connection]]:
    """At least so many connections to each of the two workers."""
    of: dict[int, list[Connection]] = {}
    workers = _workers(port)
    for _ in range(20 * least):
        connection = await Connection().open(port)
        await connection.request("GET", "/ping")
        own = connection.port()
        worker = next(
            pid for pid in workers if own in {c.raddr.port for c in psutil.Process(pid).net_connections("tcp") if c.raddr}
        )
        of.setdefault(worker, []).append(connection)
        if len(of) == len(workers) and min(map(len, of.values())) >= least:
            one, other = of.values()
            return one, other
    raise RuntimeError(f"connections are not shared between the workers: {[len(each) for each in of.values()]}")


def _workers(port: int) -> list[int]:
    """The supervisor's children. The supervisor itself is whoever was started with this port."""
    supervisor = next(
        process
        for process in psutil.process_iter(["cmdline", "ppid"])
        if str(port) in (process.info["cmdline"] or []) and not _is_child_of_such(process, port)
    )
    return [child.pid for child in supervisor.children()]


def _is_child_of_such(process: psutil.Process, port: int) -> bool:
    parent: Any = process.parent()
    return parent is not None and str(port) in parent.cmdline()


async def _read_beside(
    readers: dict[str, list[Connection]], flooding: list[Connection], pair: dict[str, str], seconds: float
) -> Beside:
    ends = time.perf_counter() + seconds
    waits: dict[str, list[float]] = {where: [] for where in readers}

    async def go_on(connection: Connection, where: str) -> None:
        while (began := time.perf_counter()) < ends:
            await read(connection, pair, "/api/me")
            waits[where].append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.005)

    logins = 0

    async def flood(connection: Connection) -> None:
        nonlocal logins
        while time.perf_counter() < ends:
            await log_in(connection, {})
            logins += 1

    people = [go_on(each, where) for where, connections in readers.items() for each in connections[:READING]]
    await asyncio.gather(*people, *map(flood, flooding))
    same, other = (quantiles(waits[where], n=100)[98] for where in ("same", "other"))
    return Beside(same, other, logins / seconds)


if __name__ == "__main__":
    run_alone(measure)
