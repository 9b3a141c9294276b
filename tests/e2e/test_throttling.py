"""Who tries too often is told in words how long to wait; the words count down, and nobody is signed out."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, PASSWORD, store

MINUTE_MS = 61_000


@pytest.fixture
def stopwatch(tab):
    """The page's own clock, which the test moves on."""
    tab.clock.install()
    return tab.clock


def test_after_five_failures_the_page_counts_down_and_then_the_right_password_is_good(tab, stopwatch, api, person, server):
    for _ in range(5):
        assert api.post("/api/auth/login", json={"username": person, "password": "wrong"}).status_code == 401
    tab.goto("/login?next=/account")
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    button = tab.get_by_role("button", name="Log in")
    button.click()
    expect(tab.get_by_role("alert").filter(has_text="Too many attempts.")).to_be_visible()
    expect(tab.get_by_text(re.compile(r"^Try again in \d+ seconds\.$"))).to_be_visible()
    expect(tab.get_by_role("status").filter(has_text="Try again in a minute.")).to_have_count(1)
    stopwatch.fast_forward(MINUTE_MS)
    expect(tab.get_by_role("status").filter(has_text="You can try again now.")).to_be_visible()
    expect(button).to_be_enabled()
    server.move_clock(60)
    button.click()
    expect(tab).to_have_url(re.compile(r"/account/?$"))


def test_somebody_else_is_not_made_to_wait(tab, api, person):
    for _ in range(6):
        api.post("/api/auth/login", json={"username": "somebody else", "password": "wrong"})
    assert api.post("/api/auth/login", json={"username": person, "password": PASSWORD}).status_code == 200


def test_a_session_that_rotates_too_often_stays_signed_in_and_its_page_goes_on_by_itself(tab, stopwatch, api, person, server):
    pair = api.post("/api/auth/login", json={"username": person, "password": PASSWORD}).json()
    expired = pair["token"]
    server.move_clock(EXPIRED)
    for _ in range(30):
        pair = api.post("/api/token/refresh", json={"accessToken": expired, "refreshToken": pair["refreshToken"]}).json()
    tab.goto("/login")
    store(tab, {"jwt": expired, "refreshToken": pair["refreshToken"]})
    tab.goto("/account")
    expect(tab.get_by_role("status").filter(has_text="You stay logged in.")).to_be_visible()
    expect(tab).to_have_url(re.compile(r"/account/?$"))
    assert tab.evaluate("localStorage.refreshToken") == pair["refreshToken"]
    server.move_clock(60)
    stopwatch.fast_forward(MINUTE_MS)
    expect(tab.get_by_label("Display name")).to_have_value(person)
    expect(tab.get_by_text("You stay logged in.")).to_be_hidden()
