"""The session page of development: one's own session, live; and nothing of it in production."""

import re

import pytest
from playwright.sync_api import expect

from rxapp.auth.features.inspector.pages.routes import SESSION
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import EXPIRED, USER, sign_in
from tests.e2e.development.development_server import DevelopmentServer

pytestmark = [pytest.mark.at_root, pytest.mark.timeout(300)]

REFRESHED = "One UPDATE: the next generation"


@pytest.fixture
def own_browser(browser, developers):
    context = browser.new_context(base_url=developers.pages_url)
    yield context
    context.close()


@pytest.fixture
def inspector(own_browser):
    tab = own_browser.new_page()
    sign_in(tab, USER, to=SESSION)
    expect(fact(tab, "generation")).to_have_text("0")  # only then it is loaded, which may exchange a pair
    return tab


@pytest.fixture
def customers(own_browser, inspector):
    tab = own_browser.new_page()
    tab.goto("customers")
    expect(tab.get_by_role("button", name="Refresh")).to_be_visible()
    return tab


def fact(tab, name):
    return tab.locator("dl > div").filter(has=tab.get_by_text(name, exact=True)).locator("dd > span").first


def test_it_shows_the_claims_and_what_the_database_knows_and_no_token(inspector):
    expect(fact(inspector, "sid")).to_have_text(re.compile(r"[0-9a-f-]{36}"))
    expect(fact(inspector, "generation")).to_have_text("0")
    expect(fact(inspector, "open pages")).to_have_text("1")
    expect(fact(inspector, "key of the browser")).to_have_text(re.compile("…$"))
    held = inspector.evaluate("() => [localStorage.jwt, localStorage.refreshToken]")
    shown = inspector.content()
    for token in held:
        assert token
        assert not any(part in shown for part in token.split("."))


def test_a_rotation_in_another_tab_is_seen_here_from_the_browser_to_the_database(inspector, customers, developers):
    developers.move_clock(EXPIRED)
    customers.get_by_role("button", name="Refresh").click()
    expect(fact(inspector, "generation")).to_have_text("1")
    newest = inspector.get_by_role("listitem").filter(has_text=REFRESHED).first
    for said in (
        "Browser to Page",
        "Page to Server: Exchange this pair",
        "Server to Database",
        "Page to Browser: Store the new pair",
    ):
        expect(newest).to_contain_text(said)


def test_looking_on_exchanges_no_pair(inspector, developers):
    developers.move_clock(EXPIRED)
    expect(inspector.get_by_text("It has expired.", exact=False)).to_be_visible()
    before = fact(inspector, "idle limit").inner_text()
    developers.move_clock(3 * 3_600)
    expect(fact(inspector, "idle limit")).not_to_have_text(before)  # it has looked again
    expect(fact(inspector, "generation")).to_have_text("0")


def test_what_is_done_in_the_lab_is_not_among_what_happens(inspector, customers):
    customers.goto("dev/lab")
    customers.get_by_role("button", name="Expire now", exact=True).click()
    expect(customers.get_by_role("region", name="Expire now", exact=True)).to_be_visible()
    expect(fact(inspector, "open pages")).to_have_text("2")
    expect(inspector.get_by_role("listitem").first).to_be_visible()
    expect(inspector.get_by_text("LabState")).to_have_count(0)


def test_it_leaves_when_the_session_ends_elsewhere(inspector, customers):
    customers.get_by_role("button", name="Log out").click()
    expect(inspector).to_have_url(re.compile("/login"))


def test_a_visitor_does_not_see_it(own_browser):
    tab = own_browser.new_page()
    tab.goto(SESSION.removeprefix("/"))
    expect(tab).to_have_url(re.compile("/login"))


@pytest.mark.parametrize("width", [1280, 390, 360])
def test_it_fits_and_axe_finds_nothing(inspector, customers, width):
    inspector.set_viewport_size({"width": width, "height": 800})
    expect(inspector.get_by_role("listitem").first).to_be_visible()
    assert inspector.evaluate("() => document.documentElement.scrollWidth") <= width
    assert_accessible(inspector)


def test_a_server_that_other_machines_can_reach_does_not_serve_it(browser, tmp_path):
    server = DevelopmentServer(tmp_path)
    server.backend_host = "0.0.0.0"
    server.start()
    try:
        with browser.new_context(base_url=server.pages_url) as context:
            tab = context.new_page()
            sign_in(tab, USER)
            tab.goto(SESSION.removeprefix("/"))
            expect(tab.get_by_role("heading", name="There is no such page")).to_be_visible()
    finally:
        server.stop()
