"""The button that shows who is there, and its menu: by mouse, by keyboard, in the light and the dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.colours import is_dark
from tests.e2e.conftest import PASSWORD, sign_in
from tests.e2e.database import open_service


@pytest.fixture
def ada(person, server) -> str:
    """The user name of a person who has chosen another name to be shown."""
    with open_service(server) as service:
        service.create_user(f"ada-{person}", PASSWORD, display_name="Ada Lovelace")
    return f"ada-{person}"


@pytest.fixture
def shown(tab, ada):
    sign_in(tab, ada)
    return tab


def opener(tab):
    return tab.get_by_role("button", name="Your account, Ada Lovelace")


def menu(tab):
    return tab.get_by_role("navigation", name="Your account")


def test_it_shows_initials_and_opens_a_menu_with_the_person_and_what_they_may_open(shown, ada):
    expect(opener(shown)).to_have_text("AL")
    expect(menu(shown)).to_be_hidden()
    opener(shown).click()
    expect(menu(shown)).to_contain_text(ada)
    expect(menu(shown).get_by_role("link")).to_have_text(["Account", "Sessions"])
    shown.mouse.click(5, 400)
    expect(menu(shown)).to_be_hidden()


@pytest.mark.thorough
def test_axe_finds_nothing_in_the_open_menu(shown):
    def open_it():
        if menu(shown).is_hidden():
            opener(shown).click()
        expect(menu(shown)).to_be_visible()

    assert_accessible(shown, open_it)


def test_it_is_reached_and_left_by_the_keyboard_alone(shown):
    opener(shown).focus()
    shown.keyboard.press("Enter")
    expect(menu(shown)).to_be_visible()
    shown.keyboard.press("Tab")
    expect(menu(shown).get_by_role("link", name="Account")).to_be_focused()
    shown.keyboard.press("Escape")
    expect(menu(shown)).to_be_hidden()
    expect(opener(shown)).to_be_focused()


@pytest.mark.thorough
def test_a_choice_closes_it(shown):
    opener(shown).click()
    menu(shown).get_by_role("link", name="Sessions").click()
    expect(shown).to_have_url(re.compile(r"/account/sessions/?$"))
    expect(menu(shown)).to_be_hidden()


@pytest.mark.thorough
def test_the_colours_are_changed_and_stay_so(shown):
    assert not is_dark(shown.locator("h1"))
    opener(shown).click()
    menu(shown).get_by_role("button", name="Light or dark").click()
    expect(shown.locator("html")).to_have_class(re.compile("dark"))
    assert is_dark(shown.locator("h1"))
    shown.reload()
    expect(opener(shown)).to_be_visible()
    assert is_dark(shown.locator("h1"))


def test_one_logs_out_there(shown):
    opener(shown).click()
    menu(shown).get_by_role("button", name="Log out").click()
    expect(shown).to_have_url(re.compile(r"/login\?reason=signed_out$"))


def test_administrators_find_their_pages_there(tab, server):
    with open_service(server) as service:
        if service.administration.find_user("menu-admin") is None:
            service.create_user("menu-admin", PASSWORD, roles=["Admin"], display_name="Ada Lovelace")
    sign_in(tab, "menu-admin")
    opener(tab).click()
    menu(tab).get_by_role("link", name="Administration").click()
    expect(tab.get_by_role("heading", name="Administration")).to_be_visible()
    expect(tab).to_have_url(re.compile("/admin/?$"))


@pytest.mark.parametrize("width", [390, 360])
def test_on_a_phone_the_bar_has_one_line_and_the_menu_is_on_the_screen(shown, width):
    shown.set_viewport_size({"width": width, "height": 740})
    assert shown.locator("header").bounding_box()["height"] < 72
    opener(shown).click()
    box = menu(shown).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
