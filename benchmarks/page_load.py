"""One load of a page in a real browser: what came over the wire, and when there was something to see and to use."""

from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import Browser, Page

LOAD_TIMEOUT_MS = 60_000

NETWORKS: dict[str, dict[str, float]] = {
    "no throttling": {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    # As DevTools defines it (by now under the name Slow 4G): 1.6 Mbit/s and 750 kbit/s, 150 ms, with its factors 0.9 and 3.75.
    "Fast 3G": {"latency": 562.5, "downloadThroughput": 1.6e6 / 8 * 0.9, "uploadThroughput": 750e3 / 8 * 0.9},
}

WATCH = """
window.times = {};
const look = () => {
    const form = document.querySelector("form");
    const now = performance.now();
    if (form?.querySelector("input[type=password]")?.offsetHeight) {
        times.visible ??= now;
        // React's own sign that it has taken an element over; Angular has made it in the first place.
        if (document.querySelector("app-root") || Object.keys(form).some((key) => key.startsWith("__reactProps"))) {
            times.usable ??= now;
        }
    }
    times.paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@dataclass(frozen=True)
class Load:
    """One load of the page: bytes and requests on the wire, and milliseconds since the navigation began."""

    kilobytes: float
    requests: int
    paint: float
    visible: float
    usable: float


@dataclass
class Measured:
    """A contestant's loads on one network."""

    first: list[Load] = field(default_factory=list)
    second: list[Load] = field(default_factory=list)

    def of_first(self, what: str) -> float:
        return median(getattr(load, what) for load in self.first)

    def of_second(self, what: str) -> float:
        return median(getattr(load, what) for load in self.second)


def load(page: Page, url: str, network: dict[str, float]) -> Load:
    """Go there, and wait until the page is at rest."""
    sizes, requests = [], []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **network})
    session.on("Network.requestWillBeSent", lambda it: requests.append(it["requestId"]))
    session.on("Network.loadingFinished", lambda it: sizes.append(it["encodedDataLength"]))
    page.goto(url, wait_until="load")
    page.wait_for_function("() => times.usable && times.paint", timeout=LOAD_TIMEOUT_MS)
    page.wait_for_load_state("networkidle")
    times: dict[str, float] = page.evaluate("() => times")
    fetched = sum(size > 0 for size in sizes)
    visible = max(times["paint"], times["visible"])
    return Load(sum(sizes) / 1000, fetched, times["paint"], visible, max(visible, times["usable"]))


def load_twice(browser: Browser, url: str, network: dict[str, float], measured: Measured) -> None:
    context = browser.new_context()
    context.add_init_script(WATCH)
    for loads in (measured.first, measured.second):
        page = context.new_page()
        loads.append(load(page, url, network))
        page.close()
    context.close()
