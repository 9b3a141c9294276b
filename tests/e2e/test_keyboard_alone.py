"""Without a mouse: the Tab key reaches everything that can be pressed, filled in or followed, on every page."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in
from tests.e2e.database import open_service

EVERYTHING = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
    .filter((element) => element.checkVisibility() && !element.disabled && element.type !== 'hidden')
    .map((element) => (element.dataset.seen = 'no', element)).length"""

NOTE_FOCUSED = """() => {
    const element = document.activeElement;
    const isNew = element.dataset.seen === 'no';
    if (isNew) element.dataset.seen = 'yes';
    return isNew;
}"""

MISSED = """() => [...document.querySelectorAll('[data-seen=no]')].map((element) => element.outerHTML.slice(0, 200))"""

ROUND_TRIPS = 2
"""From the end of the page the focus goes through the browser's own window, and begins again."""


def assert_reached(tab):
    """Press Tab until everything has had the focus."""
    everything = tab.evaluate(EVERYTHING)
    assert everything
    for _ in range((everything + 2) * ROUND_TRIPS):
        tab.keyboard.press("Tab")
        everything -= tab.evaluate(NOTE_FOCUSED)
        if not everything:
            return
    assert tab.evaluate(MISSED) == []


@pytest.mark.parametrize(
    ("path", "words"), [("/", "You are not logged in."), ("/login", "New here?"), ("/register", "Already have")]
)
def test_of_a_visitor(tab, path, words):
    tab.goto(path)
    expect(tab.get_by_text(words)).to_be_visible()
    assert_reached(tab)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account", "Change password"),
        pytest.param("/account/sessions", "This device", marks=pytest.mark.thorough),
        pytest.param("/account/activity", "Logged in", marks=pytest.mark.thorough),
        pytest.param("/admin", "Activity", marks=pytest.mark.thorough),
        ("/admin/users", "Last seen"),
        pytest.param("/admin/events", "Export as CSV", marks=pytest.mark.thorough),
    ],
)
def test_of_an_administrator(tab, administrator, path, words):
    sign_in(tab, administrator, to=path)
    expect(tab.get_by_text(words).first).to_be_visible()
    assert_reached(tab)


def test_of_a_user_seen_by_an_administrator_and_all_of_it_can_be_done(tab, administrator, person, server):
    with open_service(server) as service:
        user = service.administration.find_user(person)
    sign_in(tab, administrator, to=f"/admin/user?id={user.id}")
    expect(tab.get_by_role("heading", name=person)).to_be_visible()
    assert_reached(tab)
    tab.get_by_role("button", name="Delete user").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text(f"{person} was deleted.")).to_be_visible()
