"""`python -m benchmarks.pages [--quick]`: the login page on its way to a browser, beside a small Angular client's.

Each load is that of a browser that has never been there, followed by a second in another tab of it. The contestants take turns.
"""

import os
import platform
import tempfile
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks import stand_in
from benchmarks.built_app import build_pages, environment_of, serving
from benchmarks.page_load import NETWORKS, Measured, load_twice
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import UVICORN, free_port, running
from tests.e2e.browser import ARGUMENTS, find_browser

ROUNDS, QUICK_ROUNDS = 5, 2
TURNS_IN_A_ROUND = {"no throttling": 3, "Fast 3G": 1}
"""Loads of a fraction of a second differ more from each other."""

MOST_KILOBYTES = 131
RECORD_KILOBYTES = 135
"""On the wire with gzip, headers included: the first load of the Angular client itself (131 KB of content)."""


def rxapp(directory: Path, stack: ExitStack) -> str:
    """Build and serve it as `make prod` does, without the pages that other measurements add to it; its address."""
    port = free_port()
    environment = environment_of(directory, port, directory / "web") | {"REFLEX_APP_MODULE_IMPORT": "rxapp.rxapp"}
    build_pages(environment, directory / "build.log")
    stack.enter_context(running(serving(port), environment, directory / "rxapp.log", port))
    return f"http://127.0.0.1:{port}/login"


def angular(encoding: str, directory: Path, stack: ExitStack) -> str:
    port = free_port()
    serve = [*UVICORN, str(port), "--factory", "benchmarks.stand_in:create_app"]
    stack.enter_context(running(serve, {"STAND_IN_ENCODING": encoding}, directory / f"angular-{encoding}.log", port))
    return f"http://127.0.0.1:{port}/login"


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
    run_alone(measure)
