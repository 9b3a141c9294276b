"""One built and served app, and one browser, for all end-to-end tests; each test has a browser profile of its own."""

import contextlib
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from rxapp.auth.core.accounts.users import find_user
from tests.clock import A_SECOND
from tests.e2e.browser import ARGUMENTS, find_browser
from tests.e2e.database import open_service
from tests.e2e.neighbours_server import NeighboursServer
from tests.e2e.production_server import ProductionServer
from tests.e2e.server import Server

USER, PASSWORD = "johndoe", "def@123"
EXPIRED = 301
"""Seconds after which an access token has expired."""

NO_KEYS = "delete Crypto.prototype.subtle"
"""What makes a browser one in which sessions are not bound to a key."""

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test is the first waits for its build, and for the builds of others before."""
    for item in items:
        is_ours = Path(__file__).parent in item.path.parents
        if is_ours and "server" in item.fixturenames and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def production_server(tmp_path_factory, request) -> Iterator[ProductionServer]:
    """As in `docs/deployment.md`: several workers, PostgreSQL, Redis, and nginx with TLS in front."""
    server = ProductionServer(tmp_path_factory.mktemp("production"), request.getfixturevalue("postgresql_url"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory, of_all_workers, request) -> Iterator[Server]:
    if os.environ.get("RXAPP_TEST_SERVER") == "production":
        yield request.getfixturevalue("production_server")
        return
    server = Server(tmp_path_factory.mktemp("server"))
    with FileLock(of_all_workers / "pages-of-the-first.lock"):
        start_with_pages_of_the_first(server, of_all_workers / "pages-of-the-first.json")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def neighbours_server(tmp_path_factory, of_all_workers) -> Iterator[NeighboursServer]:
    """The app of people who take turns, for the modules that make it their `server`."""
    server = NeighboursServer(tmp_path_factory.mktemp("neighbours"))
    with FileLock(of_all_workers / "neighbours-of-the-first.lock"):
        start_with_pages_of_the_first(server, of_all_workers / "neighbours-of-the-first.json")
    yield server
    server.stop()


def start_with_pages_of_the_first(server: Server, note: Path) -> None:
    """The first of the processes in which the tests run builds the pages, and notes where; the others take a copy."""
    if note.exists():
        server.copy_pages(**json.loads(note.read_text()))
        server.start(is_built=True)
    else:
        server.start()
        note.write_text(json.dumps({"pages": str(server.pages), "url": server.url}))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="session")
def _addresses_below_the_prefix() -> None:
    """Tests name pages by their paths in the app. `goto` takes a path that begins with a slash from the root of the server."""
    goto = Page.goto

    def goto_below(self: Page, url: str, **options):
        is_path = Server.prefix and url.startswith("/") and not url.startswith((f"{Server.prefix}/", NeighboursServer.prefix))
        return goto(self, f"{Server.prefix}{url}" if is_path else url, **options)

    Page.goto = goto_below


def _new_profile(browser: Browser, server: Server, request: pytest.FixtureRequest) -> BrowserContext:
    """With the mark `unbound`, of a browser that cannot keep a key, so that others can use what it has stored."""
    context = browser.new_context(base_url=server.pages_url)
    if request.node.get_closest_marker("unbound"):
        context.add_init_script(NO_KEYS)
    return context


@pytest.fixture
def profile(browser, server, request) -> Iterator[BrowserContext]:
    """A browser profile: its tabs share storage."""
    context = _new_profile(browser, server, request)
    yield context
    context.close()


@pytest.fixture
def tab(profile) -> Page:
    return profile.new_page()


@pytest.fixture
def api(server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def log_in(tab: Page, *, to: str = "/customers") -> None:
    """As a person does: to a guarded page, the form, and there."""
    tab.goto(to)
    tab.get_by_label("Username").fill(USER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("heading", name="Customers")).to_be_visible()
    expect(tab.get_by_text("John Doe")).to_be_visible()


def stored(tab: Page) -> dict[str, str]:
    """The token pair as it lies in local storage; no entry for a key that is not there."""
    pair = json.loads(tab.evaluate("JSON.stringify({jwt: localStorage.jwt, refreshToken: localStorage.refreshToken})"))
    return {key: value for key, value in pair.items() if value is not None}


def store(tab: Page, pair: dict[str, str]) -> None:
    tab.evaluate("pair => { for (const [key, value] of Object.entries(pair)) localStorage.setItem(key, value) }", pair)


def expect_stored(tab: Page, changed_from: dict[str, str]) -> dict[str, str]:
    """Wait until another complete pair than `changed_from` is stored."""
    tab.wait_for_function(
        "old => localStorage.jwt && localStorage.refreshToken && "
        "localStorage.jwt !== old.jwt && localStorage.refreshToken !== old.refreshToken",
        arg=changed_from,
    )
    return stored(tab)


def refresh_button(tab: Page):
    return tab.get_by_role("button", name="Refresh")


KEEPS_SOCKETS = (
    "window.sockets = []; const Socket = window.WebSocket;"
    "window.WebSocket = class extends Socket { constructor(...given) { super(...given); window.sockets.push(this); } };"
)
"""For pages whose connection gets lost."""


def lose_connection(tab: Page) -> None:
    """Close the connection, and wait until the page has another one. The page began with `KEEPS_SOCKETS`."""
    before = tab.evaluate("window.sockets.length")
    tab.evaluate("window.sockets.forEach((socket) => socket.close())")
    tab.wait_for_function("before => window.sockets.length > before && window.sockets.at(-1).readyState === 1", arg=before)


@contextlib.contextmanager
def watching(tab: Page) -> Iterator[list[str]]:
    """The navigations of the tab meanwhile."""
    seen: list[str] = []

    def note(frame) -> None:
        seen.append(frame.url)

    tab.on("framenavigated", note)
    yield seen
    tab.remove_listener("framenavigated", note)


def sign_in(tab: Page, user_name: str, password: str = PASSWORD, *, to: str = "/account") -> None:
    """Sign in as somebody, by way of a guarded page, and wait until one is there."""
    tab.goto(to.removeprefix("/"))
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Log in").click()
    expect(tab).to_have_url(re.compile(rf"{re.escape(to)}/?$"))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def expect_to_leave(reason: str, *pages: Page) -> None:
    """They go to the login page within a second, by themselves."""
    began = time.monotonic()
    for page in pages:
        page.wait_for_url(f"**/login?reason={reason}**", timeout=A_SECOND * 5_000)
    assert time.monotonic() - began < A_SECOND


def expect_login_with(tab: Page, reason: str, words: str, **options) -> None:
    """The tab is at the login page with the reason in words, and holds no tokens."""
    expect(tab).to_have_url(re.compile(rf"/login/?\?reason={reason}"), **options)
    expect(tab.get_by_role("status").filter(has_text=words)).to_be_visible()
    tab.wait_for_function("() => !localStorage.jwt && !localStorage.refreshToken")


@pytest.fixture
def person(server, request) -> str:
    """A user of this test's own, without roles: their name."""
    user_name = f"person-{zlib.crc32(request.node.nodeid.encode()):08x}"
    with open_service(server) as service:
        service.create_user(user_name, PASSWORD)
    return user_name


@pytest.fixture
def other_person(server, person) -> str:
    """Who comes after `person`."""
    user_name = person.replace("person", "neighbour")
    with open_service(server) as service:
        service.create_user(user_name, PASSWORD)
    return user_name


@pytest.fixture
def administrator(server, request) -> str:
    """An administrator of this test's own: their name."""
    user_name = f"admin-{zlib.crc32(request.node.nodeid.encode()):08x}"
    with open_service(server) as service:
        service.create_user(user_name, PASSWORD, roles=["Admin"])
    yield user_name
    with open_service(server) as service, service.database.write() as db:
        find_user(db, user_name).roles = []


@pytest.fixture
def other_profile(browser, server, request) -> Iterator[BrowserContext]:
    """Another browser, which shares nothing with the first."""
    context = _new_profile(browser, server, request)
    yield context
    context.close()
