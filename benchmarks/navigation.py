"""Client-side navigation in a real browser: to a guarded page and to the same without a guard; ours and reflex-local-auth's."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.built_app import built_rxapp
from benchmarks.guard import EXPIRED_SECONDS, short_lived
from benchmarks.peers.environments import versions
from benchmarks.peers.local_auth_server import local_auth
from benchmarks.plot import bars
from benchmarks.section import Section, Target, run_alone
from benchmarks.servers import NORMAL, Server
from tests.e2e.browser import ARGUMENTS, find_browser

GUARD_MS, ROTATION_MS = 10, 25
NAVIGATIONS = 40
SETTLED_MS = 60
"""After which nothing of a navigation is still under way."""

NAVIGATE = """async (name) => {
    const loads = () => document.querySelector("#loads")?.textContent;
    const link = (name) => [...document.querySelectorAll("a")].find((each) => each.textContent === name);
    const before = loads();
    const there = new Promise((resolve) => {
        const look = () => {
            if (document.querySelector("h1") && link("Hub") && loads() !== before) { watch.disconnect(); resolve(); }
        };
        const watch = new MutationObserver(look);
        watch.observe(document, {subtree: true, childList: true, characterData: true});
    });
    const began = performance.now();
    link(name).click();
    await there;
    return performance.now() - began;
}"""

TEXT = """Chromium, from the click on a link until the page shows what its own load event has brought, {navigations} of each,
interleaved, milliseconds (median; 99th percentile). The guarded page has the guard of the page and that of the event that loads
its data. The browser keeps a key, and the session is bound to it. One worker, SQLite, production build.

| | without a guard | guarded, token good | guarded, token expired: rotated |
|---|---|---|---|
| rxapp | {open} | {valid} (**{valid_more:+.1f} ms**) | {rotation} (**{rotation_more:+.1f} ms**) |
| reflex-local-auth | {their_open} | {their_valid} (**{their_more:+.1f} ms**) | it does not rotate |

In parentheses: the median of the differences to the navigation without a guard just before. {versions}:
its guard asks a variable that is computed from the database once in ten minutes; ours asks the database each time, so that a
revocation takes effect at once.
"""

Act = Callable[[], float]


def measure(quick: bool) -> Section:
    navigations = 8 if quick else NAVIGATIONS
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        ours = _rxapp(browser, Path(name), navigations)
        theirs = _local_auth(browser, Path(name), navigations)
        browser.close()
    valid_more, rotation_more = _more(ours, "valid"), _more(ours, "rotation")
    text = TEXT.format(
        navigations=navigations,
        **{kind: _cell(times) for kind, times in ours.items()},
        **{f"their_{kind}": _cell(times) for kind, times in theirs.items()},
        valid_more=valid_more,
        rotation_more=rotation_more,
        their_more=_more(theirs, "valid"),
        versions=versions("reflex-local-auth"),
    )
    what = "client-side navigation to a guarded page against the same page unguarded, median"
    targets = [_at_most(what, GUARD_MS, valid_more), _at_most(f"{what}, with rotation", ROTATION_MS, rotation_more)]
    plot = bars(
        "Client-side navigation, median, ms",
        ["no guard", "guard", "guard, rotation"],
        {
            "rxapp": [median(ours[kind]) for kind in ("open", "valid", "rotation")],
            "reflex-local-auth": [median(theirs[kind]) for kind in ("open", "valid")],
        },
    )
    return Section("Navigation in the browser", text, targets, {"navigation.svg": plot})


def _rxapp(browser: Browser, directory: Path, navigations: int) -> dict[str, list[float]]:
    with built_rxapp(directory, NORMAL | short_lived()) as server, httpx.Client(base_url=_url(server)) as operator:
        page = _signed_in(browser, server, button="Log in", labels=True)

        def rotating() -> float:
            operator.post("/bench/clock", params={"seconds": EXPIRED_SECONDS}).raise_for_status()
            before = page.evaluate("localStorage.jwt")
            took = _navigate(page, "Guarded")
            page.wait_for_function("before => localStorage.jwt !== before", arg=before)
            return took

        acts = {"open": lambda: _navigate(page, "Open"), "valid": lambda: _navigate(page, "Guarded"), "rotation": rotating}
        return _interleaved(page, acts, navigations)


def _local_auth(browser: Browser, directory: Path, navigations: int) -> dict[str, list[float]]:
    with local_auth(directory) as server:
        page = _signed_in(browser, server, button="Sign in", labels=False)
        acts = {"open": lambda: _navigate(page, "Open"), "valid": lambda: _navigate(page, "Guarded")}
        return _interleaved(page, acts, navigations)


def _url(server: Server) -> str:
    return f"http://localhost:{server.port}"


def _signed_in(browser: Browser, server: Server, *, button: str, labels: bool) -> Page:
    """A page at the hub, to which one gets without loading the document anew."""
    page = browser.new_context(base_url=_url(server)).new_page()
    page.goto("/bench/guarded")
    page.wait_for_url("**/login**")
    for field, value in (("Username", "johndoe"), ("Password", "def@123")):
        (page.get_by_label(field) if labels else page.locator(f"#{field.lower()}")).fill(value)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/bench/guarded**")
    page.get_by_role("heading", name="Customers").wait_for()
    _back(page)
    return page


def _interleaved(page: Page, acts: dict[str, Act], navigations: int) -> dict[str, list[float]]:
    """The first round is not counted: it fetches the pages' scripts."""
    taken: dict[str, list[float]] = {kind: [] for kind in acts}
    for number in range(navigations + 1):
        for kind, act in acts.items():
            took = act()
            if number:
                taken[kind].append(took)
            _back(page)
    return taken


def _navigate(page: Page, name: str) -> float:
    return page.evaluate(NAVIGATE, name)


def _back(page: Page) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("link", name="Hub").click()
    page.get_by_role("link", name="Guarded").wait_for()
    page.wait_for_timeout(SETTLED_MS)


def _more(taken: dict[str, list[float]], kind: str) -> float:
    return median(guarded - free for guarded, free in zip(taken[kind], taken["open"], strict=True))


def _cell(times: list[float]) -> str:
    return f"{median(times):.1f}; {sorted(times)[int(len(times) * 0.99)]:.0f}"


def _at_most(what: str, target: float, measured: float) -> Target:
    return Target(what, f"at most +{target} ms", f"{measured:+.1f} ms", measured <= target)


if __name__ == "__main__":
    run_alone(measure)
