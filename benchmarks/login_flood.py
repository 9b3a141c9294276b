"""`python -m benchmarks.login_flood [--quick]`: a thousand logins at once, and what they do to memory and to everyone else.

Writes benchmarks/LOGIN_FLOOD.md. The load comes from this machine and goes to this machine only.
"""

import argparse
import json
import os
import socket
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.bystanders import Waits, stand_by
from benchmarks.load import HEAD, LOGIN
from benchmarks.servers import Server, rxapp

RESULTS = Path(__file__).with_name("LOGIN_FLOOD.md")
LOGINS = 1_000
ROUNDS = 5
PEOPLE = 16
"""Half of them read over HTTP, the other half click on a page."""

IDLE_SECONDS = 3
REST_SECONDS = 2
TARGET_P99_MS = 300
ARGON2_MIB = 19
REQUESTS_MIB = 90
BOUND_MIB = (os.cpu_count() or 1) * ARGON2_MIB + REQUESTS_MIB
"""What a flood may add: one hash a core, and what the requests themselves take."""

ANSWER_TIMEOUT_SECONDS = 60

REPORT = """# A flood of logins: results

{date:%Y-%m-%d}, {cores} cores shared with the load itself, load average {load:.1f} before it began: others used the machine too where
that is above zero. {logins:,} logins at once, {rounds} times, with no limit on how often one may try, beside {half} people who go on reading
a guarded route over HTTP and {half} who go on clicking Refresh on a guarded page, over its WebSocket.

| what | bound | measured | |
|---|---|---|---|
| {memory} | {bound} MiB | {added:.0f} MiB (from {before:.0f} to {peak:.0f}) | {memory_met} |
| guarded clicks meanwhile, 99th percentile, median of the floods | {target} ms | {clicks:.0f} ms (worst {worst_clicks:.0f}, idle {idle_clicks:.0f}) | {clicks_met} |
| guarded requests meanwhile, the same | {target} ms | {requests:.0f} ms (worst {worst_requests:.0f}, idle {idle_requests:.0f}) | {requests_met} |

The logins were answered {answers}, the last of a flood after {took:.1f} s; {number:,} clicks and requests came through meanwhile.

The flood and the bystanders are a process each. The flood's connections stand before it begins, so that the logins themselves arrive
within milliseconds. What the bystanders' process was late by itself, when the cores were taken, is not counted as the server's.
"""  # noqa: E501  rows of a table

MEMORY = "memory that the flood adds to the server's process ({} hashes of {} MiB at a time, and {} MiB for the requests)"


@dataclass
class Flood:
    """When it began and when the last login was answered, with which statuses."""

    began: float
    ended: float
    statuses: list[int]


def flood(port: int, logins: int) -> Flood:
    """Send all at once, over connections that stand already. Blocking sockets: nothing takes less of the cores."""
    request = (
        HEAD.format(method="POST", path="/api/auth/login", length=len(LOGIN), more="Connection: close\r\n") + LOGIN
    ).encode()
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT_SECONDS) for _ in range(logins)]
    began = time.monotonic()
    for each in sockets:
        each.sendall(request)
    statuses = [int(each.recv(65_536)[9:12]) for each in sockets]
    ended = time.monotonic()
    for each in sockets:
        each.close()
    return Flood(began, ended, statuses)


def watch_memory(process: int, peak: list[float], is_over: threading.Event) -> None:
    while not is_over.wait(0.005):
        peak[0] = max(peak[0], resident_mib(process))


def measure(server: Server, logins: int, rounds: int) -> dict:
    pairs = json.loads(server.pairs.read_text())[:PEOPLE]
    process = worker_of(server.port)
    context = get_context("spawn")
    is_over, are_ready, found = context.Event(), context.Event(), context.SimpleQueue()
    bystanders = context.Process(target=stand_by, args=(server.port, pairs, is_over, are_ready, found), daemon=True)
    bystanders.start()
    with ProcessPoolExecutor(1, mp_context=context) as attacker:
        attacker.submit(flood, server.port, 1).result()  # it has started, and the first login has its costs
        if not are_ready.wait(ANSWER_TIMEOUT_SECONDS):
            raise RuntimeError("the bystanders did not come")
        idle_began = time.monotonic()
        time.sleep(IDLE_SECONDS)
        idle_ended = time.monotonic()
        before, peak, no_more = resident_mib(process), [0.0], threading.Event()
        watcher = threading.Thread(target=watch_memory, args=(process, peak, no_more))
        watcher.start()
        floods = []
        for _ in range(rounds):
            floods.append(attacker.submit(flood, server.port, logins).result())
            time.sleep(REST_SECONDS)
        no_more.set()
        watcher.join()
        is_over.set()
        waits: Waits = found.get()
    bystanders.join()
    answers = Counter(status for each in floods for status in each.statuses)
    figures = {
        "before": before,
        "peak": peak[0],
        "added": peak[0] - before,
        "took": max(each.ended - each.began for each in floods),
    }
    for kind in ("clicks", "requests"):
        figures |= percentiles(waits, kind, floods)
        figures[f"idle_{kind}"] = percentile_99(waits.between(kind, idle_began, idle_ended))
    return figures | {
        "number": sum(len(waits.between(kind, each.began, each.ended)) for each in floods for kind in ("clicks", "requests")),
        "answers": ", ".join(f"{status} ({number:,})" for status, number in sorted(answers.items())),
    }


def percentiles(waits: Waits, kind: str, floods: list[Flood]) -> dict[str, float]:
    of_each = [percentile_99(waits.between(kind, each.began, each.ended)) for each in floods]
    return {kind: median(of_each), f"worst_{kind}": max(of_each)}


def percentile_99(latencies: list[float]) -> float:
    return sorted(latencies)[int(len(latencies) * 0.99)]


def worker_of(port: int) -> int:
    """The process with the most memory among those that serve the port's server: the worker, not its parents."""
    group = {
        int(entry.name): (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (entry / "cmdline").exists()
    }
    session = os.getsid(next(pid for pid, command in group.items() if f"--port {port}" in command))
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
    parser.add_argument("--quick", action="store_true", help="one smaller flood, for trying it out; writes no file")
    quick = parser.parse_args().quick
    logins, rounds = (LOGINS // 5, 1) if quick else (LOGINS, ROUNDS)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as directory, rxapp(Path(directory)) as server:
        measured = measure(server, logins, rounds)
    met = {f"{kind}_met": "met" if measured[kind] < TARGET_P99_MS else "NOT met" for kind in ("clicks", "requests")}
    text = REPORT.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        load=load,
        logins=logins,
        rounds=rounds,
        half=PEOPLE // 2,
        memory=MEMORY.format(os.cpu_count(), ARGON2_MIB, REQUESTS_MIB),
        bound=BOUND_MIB,
        target=TARGET_P99_MS,
        memory_met="met" if measured["added"] <= BOUND_MIB else "NOT met",
        **met,
        **measured,
    )
    print(text)
    if not quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
