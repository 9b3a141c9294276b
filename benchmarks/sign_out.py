"""How long it takes from a click in one browser until every open tab of the ended session in another is at the login page."""

import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.browser import ARGUMENTS, find_browser
from tests.e2e.conftest import PASSWORD, USER, sign_in
from tests.e2e.server import Server

TABS = 2
ENDED = "**/login?reason=session_revoked**"


def sign_out_times(directory: Path, rounds: int) -> list[float]:
    """Milliseconds, sorted. Two browsers are signed in as one person; the one ends the other's session, which has two tabs."""
    server = Server(directory)
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            own = browser.new_context(base_url=server.url).new_page()
            sign_in(own, USER, to="/account/sessions")
            return sorted(_end_one(browser, own) for _ in range(rounds))
    finally:
        server.stop()


def _end_one(browser: Browser, own: Page) -> float:
    other = browser.new_context(base_url=own.url.partition("/account")[0])
    tabs = _open_tabs(other)
    own.reload()
    button = own.get_by_role("button", name="End the session on")
    button.wait_for()
    began = time.perf_counter()
    button.click()
    for tab in tabs:
        tab.wait_for_url(ENDED)
    took = (time.perf_counter() - began) * 1000
    other.close()
    return took


def _open_tabs(context: BrowserContext) -> list[Page]:
    tabs = [context.new_page() for _ in range(TABS)]
    sign_in(tabs[0], USER, PASSWORD)
    for tab in tabs[1:]:
        tab.goto("/account")
        tab.get_by_label("Display name").wait_for()
    return tabs
