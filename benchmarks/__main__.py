"""`python -m benchmarks [--quick]`: measures rxapp beside the floor, in interleaved rounds, and writes benchmarks/RESULTS.md."""

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.servers import SYNCHRONOUS, Server, floor, rxapp

RESULTS = Path(__file__).with_name("RESULTS.md")
CLIENTS = (1, 8, 32)
LOGIN_CLIENTS = 8
TARGET_RATIO = 1 / 3
PACKAGES = ("reflex", "fastapi", "granian", "sqlalchemy", "pyjwt", "argon2-cffi")


def compare(scenario: str, clients: int, servers: list[Server], rounds: int, seconds: float) -> dict:
    """Medians over the rounds; in each round every server has its turn, and the ratio is taken within the round."""
    taken = [[server.load(scenario, clients, seconds) for server in servers] for _ in range(rounds)]
    medians = [{key: median(turn[at][key] for turn in taken) for key in ("rate", "p50", "p99")} for at in range(len(servers))]
    return {"servers": medians, "ratio": median(turn[1]["rate"] / turn[0]["rate"] for turn in taken)}


def row(what: str, clients: int, measured: dict) -> str:
    floor_, ours = measured["servers"]
    cells = [f"{each['rate']:,.0f}/s ({each['p50']:.1f} / {each['p99']:.1f})" for each in (floor_, ours)]
    return f"| {what} | {clients} | {cells[0]} | {cells[1]} | **{measured['ratio']:.2f}** |"


def logins_beside_a_trivial_get(server: Server, rounds: int, seconds: float) -> dict:
    """The login rate, and what it does to the latency of a request that has nothing to do with it."""
    taken = []
    for _ in range(rounds):
        idle = server.load("ping", 1, seconds)
        logins = server.start_load("log_in", LOGIN_CLIENTS, seconds + 1)
        busy = server.load("ping", 1, seconds)
        taken.append({"idle": idle["p99"], "busy": busy["p99"], "rate": json.loads(logins.communicate()[0])["rate"]})
    return {key: median(turn[key] for turn in taken) for key in ("idle", "busy", "rate")}


REPORT = """# Results

{date:%Y-%m-%d}, {cores} cores shared with the load itself, Python {python}, {packages}.
One worker each, SQLite WAL, `synchronous={synchronous}` for both. Medians of {rounds} interleaved rounds;
requests per second (median / 99th percentile in ms). Compare within a line only.

| what | clients | floor | rxapp | ratio |
|---|---|---|---|---|
{rows}

The floor (`benchmarks/floor.py`) is Starlette with raw `sqlite3` on the event loop and the same conditional UPDATE; it keeps no
protocol. rxapp is the whole app as served, with Reflex's own layers. The floor's GET verifies the signature only, rxapp's also
that the session stands, and reads the customers from the database.

Logins (argon2id, 19 MiB, t=2) by {login_clients} clients at full rate: {logins[rate]:.0f}/s.

| target | measured | |
|---|---|---|
| rotations at 32 clients: at least a third of the floor's rate | {ratio:.2f} | {ratio_met} |
| GET p99 while logins run: at most twice the idle p99 ({logins[idle]:.1f} ms) plus 10 ms | {logins[busy]:.1f} ms | {get_met} |
"""


def report(rotations: dict[int, dict], reads: dict[int, dict], logins: dict, rounds: int) -> str:
    rows = [row("rotations, each client its own session", clients, measured) for clients, measured in rotations.items()]
    rows += [row("authenticated GET", clients, measured) for clients, measured in reads.items()]
    ratio = rotations[32]["ratio"]
    return REPORT.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        python=platform.python_version(),
        packages=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        synchronous=SYNCHRONOUS,
        rounds=rounds,
        rows="\n".join(rows),
        login_clients=LOGIN_CLIENTS,
        logins=logins,
        ratio=ratio,
        ratio_met="met" if ratio >= TARGET_RATIO else "NOT met",
        get_met="met" if logins["busy"] <= 2 * logins["idle"] + 10 else "NOT met",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds, for trying it out; writes no file")
    quick = parser.parse_args().quick
    rounds, seconds = (2, 1) if quick else (7, 3)
    with tempfile.TemporaryDirectory() as directory, floor(Path(directory)) as floor_, rxapp(Path(directory)) as ours:
        servers = [floor_, ours]
        rotations = {clients: compare("rotate", clients, servers, rounds, seconds) for clients in CLIENTS}
        reads = {clients: compare("read", clients, servers, rounds, seconds) for clients in (8, 32)}
        logins = logins_beside_a_trivial_get(ours, rounds, seconds)
    text = report(rotations, reads, logins, rounds)
    print(text)
    if not quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
