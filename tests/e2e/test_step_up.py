"""A person who is logged in gives a second factor because a page or an action asks for it, and goes on where they were."""

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, sign_in
from tests.e2e.database import open_service
from tests.one_time_codes import code_at, enrol

TITLE = "Please confirm with your second factor"


@pytest.fixture
def enrolled(server, tab, person):
    """What somebody holds who logged in first and added an app afterwards, in another place."""
    sign_in(tab, person, to="/drawer")
    with open_service(server) as service:
        identity = service.verify_access(service.log_in(person, PASSWORD).access_token)
        made = enrol(service, identity, server.now)
    server.move_clock(60)
    return made


@pytest.fixture
def dialog(tab):
    return tab.get_by_role("dialog", name="Confirm that it is you")


def give_code(dialog, code, label="Code"):
    dialog.get_by_label(label, exact=True).fill(code)
    dialog.get_by_role("button", name="Confirm").click()


def test_a_page_that_asks_for_two_factors_loads_when_the_second_was_given(tab, dialog, enrolled, server):
    tab.goto("vault")
    expect(dialog.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(dialog.get_by_label("Code", exact=True)).to_be_focused()
    assert_accessible(tab)
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tab.get_by_text("gold")).to_have_count(0)
    assert_accessible(tab)
    tab.get_by_role("button", name="Confirm").click()
    give_code(dialog, "000000")
    expect(dialog.get_by_role("alert")).to_have_text("The code is wrong, or it was used before.")
    expect(tab.get_by_text("gold")).to_have_count(0)
    give_code(dialog, code_at(enrolled.secret, server.now()))
    expect(tab.get_by_text("gold")).to_be_visible()
    tab.reload()
    expect(tab.get_by_text("gold")).to_be_visible()


def test_what_was_typed_is_kept_and_the_action_goes_on_by_itself(tab, dialog, enrolled):
    tab.goto("drawer")
    tab.get_by_label("Word").fill("plumb")
    tab.get_by_role("button", name="Keep").click()
    dialog.get_by_role("button", name="Use a recovery code instead").click()
    give_code(dialog, enrolled.recovery_codes[0], "Recovery code")
    expect(tab.get_by_text("plumb")).to_be_visible()
    expect(dialog).to_be_hidden()


def test_who_has_none_is_shown_where_to_add_one(tab, dialog, person):
    sign_in(tab, person, to="/drawer")
    tab.goto("vault")
    expect(dialog.get_by_text("You have none yet.")).to_be_visible()
    assert_accessible(tab)
    dialog.get_by_role("link", name="To your second factors").click()
    expect(tab.get_by_role("button", name="Add an authenticator app")).to_be_visible()
    expect(dialog).to_be_hidden()


@pytest.mark.thorough
def test_on_a_phone_the_dialog_has_room(tab, dialog, enrolled):
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto("vault")
    expect(dialog.get_by_role("heading", name=TITLE)).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(tab)
