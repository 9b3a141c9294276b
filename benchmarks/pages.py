"""`python -m benchmarks.pages [--quick]`: the login page on its way to a browser, beside a small Angular client's.

Each load is that of a browser that has never been there, followed by a second in another tab of it. The contestants take turns.
"""

import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks import stand_in
from benchmarks.page_load import NETWORKS, Measured, load_twice
from benchmarks.section import Section, Target, run_alone
from tests.e2e.browser import ARGUMENTS, find_browser

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("PAGES.md")
ROUNDS, QUICK_ROUNDS = 5, 2
TURNS_IN_A_ROUND = {"no throttling": 3, "Fast 3G": 1}
"""Loads of a fraction of a second differ more from each other."""

START_TIMEOUT_SECONDS = 60

MOST_KILOBYTES = 150
RECORD_KILOBYTES = 135
"""On the wire with gzip, headers included: the first load of the Angular client itself (131 KB of content)."""


def rxapp(directory: Path, stack: ExitStack) -> str:
    """Build and serve it as `make prod` does; its address."""
    port = _free_port()
    environment = {
        "DATABASE_URL": f"sqlite:///{directory}/rxapp.db",
        "RXAPP_SECRET_KEY": "a secret key for the benchmark, of more than 32 bytes",
        "REFLEX_WEB_WORKDIR": str(directory / "web"),
        "REFLEX_BACKEND_PORT": str(port),
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    for command in (["reflex", "export", "--frontend-only", "--no-zip"], ["rxapp", "migrate"]):
        with (directory / "build.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log, check=True
            )
    stack.enter_context(_running(["rxapp", "serve", "--port", str(port)], environment, directory / "rxapp.log", port))
    return f"http://127.0.0.1:{port}/login"


def angular(encoding: str, directory: Path, stack: ExitStack) -> str:
    port = _free_port()
    command = ["granian", "--interface", "asgi", "--port", str(port), "--factory", "benchmarks.stand_in:create_app"]
    log = directory / f"angular-{encoding}.log"
    stack.enter_context(_running(command, {"STAND_IN_ENCODING": encoding}, log, port))
    return f"http://127.0.0.1:{port}/login"


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path, port: int) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        _wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{log.stem} did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def compare(urls: dict[str, str], rounds: int) -> tuple[dict[tuple[str, str], Measured], str]:
    """By network and contestant; and the browser's version."""
    taken = {(network, name): Measured() for network in NETWORKS for name in urls}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        for url in urls.values():  # the servers' first answers are slower, and the browser's first page too
            load_twice(browser, url, NETWORKS["no throttling"], Measured())
        for _ in range(rounds):
            for network, turns in TURNS_IN_A_ROUND.items():
                for name, url in list(urls.items()) * turns:
                    load_twice(browser, url, NETWORKS[network], taken[network, name])
        said = browser.version
        browser.close()
    return taken, said


OURS, ANGULAR, ANGULAR_BROTLI = "rxapp", "Angular stand-in, gzip", "Angular stand-in, brotli"


TEXT = """
Chromium {browser} without a window, {cores} cores shared with it, Python {python}, reflex {reflex}. HTTP/1.1 over loopback; an
empty cache for each first load, and that of the first for the second. Medians of {rounds} interleaved rounds, each with one load
over Fast 3G and three without throttling. KB are 1,000 bytes, headers included, WebSocket messages not. *Usable*: the scripts
have taken the form over.

| network | page | first load, KB | requests | first paint, ms | visible, ms | usable, ms | second load, KB | visible, ms |
|---|---|---|---|---|---|---|---|---|
{rows}

Fast 3G is DevTools' own, now called Slow 4G: 1.44 Mbit/s down, 675 kbit/s up, 562.5 ms for each request.

The stand-in (`benchmarks/angular`) is {raw:.0f} KB raw, {gzip:.0f} KB with gzip and {brotli:.0f} KB with brotli. The client that
it stands in for, which is not in this repository, was 527 KB raw and 131 KB with gzip, and was served with that. Its form is made
by its scripts, so visible and usable are the same there. In rxapp's the form is in the HTML: what is typed before it is usable
stays, and what is sent waits. The stand-in's server says nothing of caching, so on its second load the browser guesses and does
not ask; rxapp's page is asked for anew.
"""


def measure(quick: bool = False) -> Section:
    """The section of the results."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        urls = {OURS: rxapp(directory, stack)}
        stand_in.build(directory / "web" / "compress-static.js")
        urls |= {ANGULAR: angular("gzip", directory, stack), ANGULAR_BROTLI: angular("brotli", directory, stack)}
        taken, browser = compare(urls, rounds)
    return Section("The login page", _text(taken, rounds, browser), _targets(taken))


def _text(taken: dict[tuple[str, str], Measured], rounds: int, browser: str) -> str:
    return TEXT.format(
        browser=browser,
        cores=os.cpu_count(),
        python=platform.python_version(),
        reflex=version("reflex"),
        rounds=rounds,
        rows="\n".join(_row(network, name, measured) for (network, name), measured in taken.items()),
        raw=stand_in.kilobytes(),
        gzip=stand_in.kilobytes("gzip"),
        brotli=stand_in.kilobytes("brotli"),
    )


def _row(network: str, name: str, measured: Measured) -> str:
    first = [f"{measured.of_first(what):.0f}" for what in ("requests", "paint", "visible", "usable")]
    second = [f"{measured.of_second('kilobytes'):.1f}", f"{measured.of_second('visible'):.0f}"]
    return " | ".join([f"| {network}", name, f"{measured.of_first('kilobytes'):.1f}", *first, *second]) + " |"


def _targets(taken: dict[tuple[str, str], Measured]) -> list[Target]:
    weight = taken["no throttling", OURS].of_first("kilobytes")
    said = f"{weight:.1f} KB"
    limits = {
        "first load of `/login` on the wire": MOST_KILOBYTES,
        "the same against the Angular client's record": RECORD_KILOBYTES,
    }
    targets = [Target(what, f"at most {most} KB", said, weight <= most) for what, most in limits.items()]
    for network in NETWORKS:
        ours, theirs = (taken[network, name].first for name in (OURS, ANGULAR))
        ratio = median(our.visible / their.visible for our, their in zip(ours, theirs, strict=True))
        what = f"login form visible against the stand-in's, {network}"
        targets.append(Target(what, "not slower (ratio at most 1)", f"{ratio:.2f}", ratio <= 1))
    return targets


if __name__ == "__main__":
    run_alone(measure, RESULTS)
