"""`python -m benchmarks.device_key [--quick]`: what the proof of the device's key costs, and writes benchmarks/DEVICE_KEY.md.

Two browsers, or two HTTP clients, take turns against one server: one whose session is bound to a key, and one whose is not.
"""

import argparse
import contextlib
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Browser, sync_playwright

from tests.dpop import DeviceKey
from tests.e2e.browser import ARGUMENTS, find_browser
from tests.e2e.conftest import EXPIRED, NO_KEYS, PASSWORD, USER, log_in
from tests.e2e.server import Server

RESULTS = Path(__file__).with_name("DEVICE_KEY.md")
PACKAGES = ("reflex", "pyjwt", "cryptography", "playwright")
TARGET_MS = 2
TARGET_ROUND_TRIPS = 1

ROTATE = """async () => {
    const began = performance.now();
    const set = Storage.prototype.setItem;
    const stored = new Promise((resolve) => {
        Storage.prototype.setItem = function (...pair) {
            set.apply(this, pair);
            if (pair[0] === "jwt") { Storage.prototype.setItem = set; resolve(performance.now() - began); }
        };
    });
    [...document.querySelectorAll("button")].find((button) => button.textContent === "Refresh").click();
    return await stored;
}"""

SETTLED_MS = 100
"""After which nothing of a rotation is still under way."""

REPORT = """# The device's key: results

{date:%Y-%m-%d}, {cores} cores shared with the load and the browsers themselves, Python {python}, {packages}. One worker, SQLite.
Medians of {rounds} interleaved rounds; compare within a line only.

| what | not bound | bound | difference | target | |
|---|---|---|---|---|---|
{rows}

Over HTTP the client makes its proof before the clock starts, so the first line is the server's own cost: one ES256 signature
checked, the nonce, and the note that the proof is spent. In the second line it is the processor time of all the server's threads
during the rotation, with everything that Reflex does for the extra message. The last line has in it the extra round trip and the
browser's own work: it reads IndexedDB and signs.
"""

HTTP = "`POST /api/token/refresh`, server time"
IN_PAGE = "rotation in a page, the server's processor time"
MESSAGES = "rotation in a page, messages from the browser until the new pair is stored"
CLICK = "rotation in a page, from the click until the new pair is stored"


def row(what: str, unit: str, without: float, with_key: float, target: float | None = None) -> str:
    more = with_key - without
    verdict = " | |" if target is None else f" at most +{target} | {'met' if more <= target else 'NOT met'} |"
    return f"| {what} | {without:.2f}{unit} | {with_key:.2f}{unit} | {more:+.2f}{unit} |{verdict}"


def refresh_times(server: Server, rounds: int) -> tuple[float, float]:
    """Medians in milliseconds, without and with a proof."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        key, nonce = DeviceKey(), ""

        def proof(path: str) -> dict[str, str]:
            return {"DPoP": key.proof("POST", f"{server.url}{path}", datetime.now(UTC), nonce=nonce)}

        def log_in_over_http(headers: dict[str, str]) -> httpx.Response:
            return client.post("/api/auth/login", json={"username": USER, "password": PASSWORD}, headers=headers)

        def refresh(pair: dict[str, str], headers: dict[str, str]) -> tuple[dict[str, str], float, str]:
            body = {"accessToken": pair["token"], "refreshToken": pair["refreshToken"]}
            began = time.perf_counter()
            answer = client.post("/api/token/refresh", json=body, headers=headers)
            took = (time.perf_counter() - began) * 1000
            answer.raise_for_status()
            return answer.json(), took, answer.headers.get("DPoP-Nonce", nonce)

        nonce = log_in_over_http(proof("/api/auth/login")).headers["DPoP-Nonce"]
        bound, free = log_in_over_http(proof("/api/auth/login")).json(), log_in_over_http({}).json()
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            free, took, _ = refresh(free, {})
            times[0].append(took)
            headers = proof("/api/token/refresh")
            bound, took, nonce = refresh(bound, headers)
            times[1].append(took)
    return median(times[0]), median(times[1])


@dataclass
class Rotation:
    """What one rotation in a page took: milliseconds from the click and of the server's processors, and messages sent."""

    click: float
    server: float
    messages: int


def page_rotations(server: Server, rounds: int) -> tuple[Rotation, Rotation]:
    """Medians, of a page that is not bound and of one that is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        rotations = [_open(browser, server, script) for script in (NO_KEYS, "")]
        taken: list[list[Rotation]] = [[], []]
        for _ in range(rounds):
            for at, rotate in enumerate(rotations):
                server.move_clock(EXPIRED)
                taken[at].append(rotate())
        browser.close()
    without, with_key = (Rotation(*map(median, zip(*map(astuple, each), strict=True))) for each in taken)
    return without, with_key


def _open(browser: Browser, server: Server, script: str) -> Callable[[], Rotation]:
    context = browser.new_context(base_url=server.url)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    log_in(page)

    def rotate() -> Rotation:
        page.wait_for_timeout(SETTLED_MS)
        sent.clear()
        before = server_cpu_time(server)
        click = page.evaluate(ROTATE)
        page.wait_for_timeout(SETTLED_MS)
        # The report of what was stored comes afterwards, and is the same with and without a key.
        messages = sum('"event"' in frame and "update_vars_internal" not in frame for frame in sent)
        return Rotation(click, server_cpu_time(server) - before, messages)

    return rotate


def server_cpu_time(server: Server) -> float:
    """Milliseconds that all threads of the server's processes have run until now."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(process.name)) == server.process_group:
                total += sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat"))
    return total / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device_key", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, for trying it out; writes no file")
    quick = parser.parse_args().quick
    rounds = 5 if quick else 60
    os.environ["RXAPP_REFRESH_RATE_LIMIT"] = "0"
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name))
        server.start()
        try:
            http = refresh_times(server, rounds * 10)
            pages = page_rotations(server, rounds)
        finally:
            server.stop()
    without, with_key = pages
    text = REPORT.format(
        date=datetime.now(UTC),
        cores=os.cpu_count(),
        python=platform.python_version(),
        packages=", ".join(f"{package} {version(package)}" for package in PACKAGES),
        rounds=f"{rounds * 10} (HTTP) and {rounds} (pages)",
        rows="\n".join(
            (
                row(HTTP, " ms", *http, TARGET_MS),
                row(IN_PAGE, " ms", without.server, with_key.server, TARGET_MS),
                row(MESSAGES, "", without.messages, with_key.messages, TARGET_ROUND_TRIPS),
                row(CLICK, " ms", without.click, with_key.click),
            )
        ),
    )
    print(text)
    if not quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
