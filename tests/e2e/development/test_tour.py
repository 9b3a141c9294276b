"""The tour of development: seven steps, each of which can be tried."""

import pytest
from playwright.sync_api import expect

from rxapp.auth.features.inspector.lab.attacks import ATTACKS
from rxapp.auth.features.inspector.pages.routes import LAB, TOUR
from rxapp.auth.features.inspector.pages.tour_page import STOPS
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import USER, sign_in

pytestmark = [pytest.mark.at_root, pytest.mark.timeout(300)]


@pytest.fixture
def tour(browser, developers):
    with browser.new_context(base_url=developers.pages_url) as context:
        tab = context.new_page()
        sign_in(tab, USER, to=TOUR)
        expect(tab.get_by_role("heading", name=STOPS[0].title)).to_be_visible()
        yield tab


def test_one_goes_through_all_steps_by_keyboard_and_tries_each(tour):
    for number, stop in enumerate(STOPS):
        expect(tour.get_by_text(f"Step {number + 1} of 7")).to_be_visible()
        if stop.attack:
            title = ATTACKS[stop.attack].title
            tour.get_by_role("button", name=title, exact=True).focus()
            tour.keyboard.press("Enter")
            expect(tour.get_by_role("region", name=title, exact=True)).to_be_visible()
        if number < len(STOPS) - 1:
            tour.get_by_role("button", name="Next").focus()
            tour.keyboard.press("Enter")
            expect(tour.get_by_role("heading", name=STOPS[number + 1].title, exact=True)).to_be_focused()
            expect(tour.locator("#result > *")).to_have_count(0)
    expect(tour.get_by_role("link", name="Now try all of it in the lab")).to_have_attribute("href", LAB)


def test_the_server_says_where_the_pages_for_developers_are(tour, developers):
    assert f"{developers.pages_url}dev/tour" in developers.log.read_text()


def test_after_a_reload_one_is_where_one_was(tour):
    tour.get_by_role("button", name="Next").click()
    expect(tour.get_by_role("heading", name=STOPS[1].title)).to_be_visible()
    tour.reload()
    expect(tour.get_by_role("heading", name=STOPS[1].title)).to_be_visible()


def test_the_first_step_has_no_way_back(tour):
    expect(tour.get_by_role("button", name="Back")).to_be_disabled()
    tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Back").click()
    expect(tour.get_by_role("heading", name=STOPS[0].title)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_it_fits_and_axe_finds_nothing(tour, width):
    tour.set_viewport_size({"width": width, "height": 800})
    assert tour.evaluate("() => document.documentElement.scrollWidth") <= width
    assert_accessible(tour)
