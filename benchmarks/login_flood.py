"""`python -m benchmarks.login_flood [--quick]`: a thousand logins at once, and what they do to memory and to everyone else.

Writes benchmarks/LOGIN_FLOOD.md. The load comes from this machine and goes to this machine only.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.load import HEAD, LOGIN, Connection, read
from benchmarks.servers import Server, rxapp

RESULTS = Path(__file__).with_name("LOGIN_FLOOD.md")
LOGINS = 1_000
READERS = 8
PAUSE_SECONDS = 0.02
"""Between two clicks of a reader."""

IDLE_SECONDS = 3
TARGET_P99_MS = 300
ARGON2_MIB = 19
BOUND_MIB = (os.cpu_count() or 1) * ARGON2_MIB + 50
"""What a flood may add: one hash a core, and what the requests themselves take."""

REPORT = """# A flood of logins: results

{date:%Y-%m-%d}, {cores} cores shared with the load itself, load average {load:.1f} at the start. {logins:,} logins at once, with
no limit on how often one may try, beside {readers} people who go on reading a guarded route.

| what | bound | measured | |
|---|---|---|---|
| {memory} | {bound} MiB | {added:.0f} MiB (from {before:.0f} to {peak:.0f}) | {memory_met} |
| guarded requests meanwhile, 99th percentile | {target} ms | {p99:.0f} ms (idle {idle:.0f} ms) | {p99_met} |

The logins were answered {answers}, the last after {took:.1f} s; {reads} guarded requests came through meanwhile.
"""

MEMORY = "memory that the flood adds to the server's process ({} hashes of {} MiB at a time, and 50 MiB for the requests)"


async def request(port: int, method: str, path: str, body: str = "", more: str = "") -> int:
    """The status of the answer, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        more += "Connection: close\r\n"
        writer.write((HEAD.format(method=method, path=path, length=len(body), more=more) + body).encode())
        return int((await reader.read())[9:12])
    finally:
        writer.close()


async def read_on(port: int, token: str, latencies: list[float], is_over: asyncio.Event) -> None:
    """As somebody whose page is open: on a connection that stands."""
    connection = await Connection().open(port)
    while not is_over.is_set():
        start = time.perf_counter()
        await read(connection, {"token": token})
        latencies.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(PAUSE_SECONDS)


async def watch_memory(process: int, peak: list[float], is_over: asyncio.Event) -> None:
    while not is_over.is_set():
        peak[0] = max(peak[0], resident_mib(process))
        await asyncio.sleep(0.005)


def flood(port: int, logins: int) -> list[int]:
    """In a process of its own: opening a thousand connections would hold up the readers, and count as the server's doing."""

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(request(port, "POST", "/api/auth/login", LOGIN) for _ in range(logins)))

    return asyncio.run(all_at_once())


async def measure(server: Server, logins: int) -> dict:
    tokens = [pair["token"] for pair in json.loads(server.pairs.read_text())[:READERS]]
    process = worker_of(server.port)
    idle, busy, peak = [], [], [0.0]

    async def beside(latencies: list[float], work) -> list:
        is_over = asyncio.Event()
        watchers = [asyncio.ensure_future(read_on(server.port, token, latencies, is_over)) for token in tokens]
        watchers.append(asyncio.ensure_future(watch_memory(process, peak, is_over)))
        done = await work()
        is_over.set()
        await asyncio.gather(*watchers)
        return done

    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as attacker:
        await loop.run_in_executor(attacker, flood, server.port, 1)  # it has started, and the first login has its costs
        await beside(idle, lambda: asyncio.sleep(IDLE_SECONDS))
        before, load, start = resident_mib(process), os.getloadavg()[0], time.perf_counter()
        answers = Counter(await beside(busy, lambda: loop.run_in_executor(attacker, flood, server.port, logins)))
    return {
        "before": before,
        "peak": peak[0],
        "added": peak[0] - before,
        "idle": percentile_99(idle),
        "p99": percentile_99(busy),
        "reads": len(busy),
        "took": time.perf_counter() - start,
        "load": load,
        "answers": ", ".join(f"{status} ({number:,})" for status, number in sorted(answers.items())),
    }


def percentile_99(latencies: list[float]) -> float:
    return sorted(latencies)[int(len(latencies) * 0.99)]


def worker_of(port: int) -> int:
    """The process with the most memory among those that serve the port's server: the worker, not its parents."""
    group = {
        int(entry.name): (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (entry / "cmdline").exists()
    }
    session = os.getsid(next(pid for pid, command in group.items() if f"--backend-port {port}" in command))
    return max((pid for pid in group if _session_of(pid) == session), key=resident_mib)


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1


def resident_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.login_flood", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller flood, for trying it out; writes no file")
    quick = parser.parse_args().quick
    logins = LOGINS // 5 if quick else LOGINS
    with tempfile.TemporaryDirectory() as directory, rxapp(Path(directory)) as server:
        measured = asyncio.run(measure(server, logins))
    text = REPORT.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        logins=logins,
        readers=READERS,
        memory=MEMORY.format(os.cpu_count(), ARGON2_MIB),
        bound=BOUND_MIB,
        target=TARGET_P99_MS,
        memory_met="met" if measured["added"] <= BOUND_MIB else "NOT met",
        p99_met="met" if measured["p99"] < TARGET_P99_MS else "NOT met",
        **measured,
    )
    print(text)
    if not quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
