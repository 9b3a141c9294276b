"""Logins at full rate, and what they do to the latency of everybody else's requests and guarded events."""

import json
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.bystanders import Waits, stand_by
from benchmarks.plot import bars
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import NORMAL, Server, rxapp

LOGIN_CLIENTS = 8
BYSTANDERS = 4
"""Half of them read a guarded route, the other half click on a guarded page."""

READY_TIMEOUT_SECONDS = 60
LEAD_SECONDS = 0.5
"""Until the logins are at their full rate."""

TIMES_IDLE, PLUS_MS = 2, 10
KINDS = {
    "ping": "a trivial GET (`/ping`), one client",
    "requests": f"`GET /api/customers`, guarded, {BYSTANDERS // 2} people",
    "clicks": f"a click on Refresh on the customers page, guarded, {BYSTANDERS // 2} people",
}

TEXT = """{clients} clients log in one after another, {rate:.0f} logins/s (argon2id, 19 MiB, t=2), on one worker with SQLite WAL
`synchronous=NORMAL`. 99th percentiles in milliseconds, medians of {rounds} rounds.

| meanwhile | idle | while logins run |
|---|---|---|
{rows}

The last two are measured together, by a process of its own; what that was late by itself is not counted as the server's.
"""

Window = tuple[float, float]


def measure(quick: bool) -> Section:
    rounds, seconds = (2, 1) if quick else (5, 2)
    with tempfile.TemporaryDirectory() as name, rxapp(Path(name), NORMAL) as server:
        idle, busy, rates = _beside_ping(server, rounds, seconds)
        beside_people = _beside_people(server, rounds, seconds)
    for kind in ("requests", "clicks"):
        idle[kind], busy[kind] = beside_people[kind]
    rows = [f"| {words} | {median(idle[kind]):.1f} | {median(busy[kind]):.1f} |" for kind, words in KINDS.items()]
    text = TEXT.format(clients=LOGIN_CLIENTS, rate=median(rates), rounds=rounds, rows="\n".join(rows))
    targets = [
        _target("p99 of other guarded events while logins run at full rate", idle["clicks"], busy["clicks"]),
        _target("p99 of a trivial GET while logins run at full rate", idle["ping"], busy["ping"]),
    ]
    groups = {
        short: [median(idle[kind]), median(busy[kind])] for kind, short in zip(KINDS, ("ping", "GET", "event"), strict=True)
    }
    return Section(
        "Beside logins", text, targets, {"logins.svg": bars("99th percentile, ms", ["idle", "while logins run"], groups)}
    )


def _beside_ping(server: Server, rounds: int, seconds: float) -> tuple[dict[str, list], dict[str, list], list[float]]:
    idle, busy, rates = defaultdict(list), defaultdict(list), []
    for _ in range(rounds):
        idle["ping"].append(server.load("ping", 1, seconds)["p99"])
        with _logins(server, seconds, rates):
            busy["ping"].append(server.load("ping", 1, seconds)["p99"])
    return idle, busy, rates


def _beside_people(server: Server, rounds: int, seconds: float) -> dict[str, tuple[list[float], list[float]]]:
    idle, busy = [], []
    with _bystanders(server) as found:
        for _ in range(rounds):
            idle.append(_window(seconds))
            with _logins(server, seconds, []):
                busy.append(_window(seconds))
    waits = found[0]
    return {kind: (_percentiles(waits, kind, idle), _percentiles(waits, kind, busy)) for kind in ("requests", "clicks")}


@contextmanager
def _logins(server: Server, seconds: float, rates: list[float]) -> Iterator[None]:
    """They run until well after the block."""
    process: subprocess.Popen = server.start_load("log_in", LOGIN_CLIENTS, seconds + 2 * LEAD_SECONDS)
    time.sleep(LEAD_SECONDS)
    yield
    rates.append(json.loads(process.communicate()[0])["rate"])


@contextmanager
def _bystanders(server: Server) -> Iterator[list[Waits]]:
    """They come before the block and stay through it; their waits are in the list afterwards."""
    context, found = get_context("spawn"), []
    is_over, are_ready, queue = context.Event(), context.Event(), context.SimpleQueue()
    pairs = json.loads(server.pairs.read_text())[:BYSTANDERS]
    process = context.Process(target=stand_by, args=(server.port, pairs, is_over, are_ready, queue), daemon=True)
    process.start()
    try:
        if not are_ready.wait(READY_TIMEOUT_SECONDS):
            raise RuntimeError("the bystanders did not come")
        yield found
        is_over.set()
        found.append(queue.get())
        process.join()
    finally:
        process.terminate()


def _window(seconds: float) -> Window:
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


def _percentiles(waits: Waits, kind: str, windows: list[Window]) -> list[float]:
    of_each = [sorted(waits.between(kind, *window)) for window in windows]
    return [each[int(len(each) * 0.99)] for each in of_each]


def _target(what: str, idle: list[float], busy: list[float]) -> Target:
    bound = TIMES_IDLE * median(idle) + PLUS_MS
    words = f"at most twice the idle p99 ({median(idle):.1f} ms) plus {PLUS_MS} ms: {bound:.1f} ms"
    return Target(what, words, f"{median(busy):.1f} ms", median(busy) <= bound)


if __name__ == "__main__":
    run_alone(measure)
