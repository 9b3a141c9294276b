"""A login that is not complete after the password: the stage in the page, as a person meets it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, sign_in, stored
from tests.e2e.database import open_service

GOOD = "plumb orbit cadet vixen"


@pytest.fixture
def renewed(server, person) -> str:
    """A user whose password today's rules refuse, and who is asked for a better one."""
    user_name = f"renewed-{person}"
    with open_service(server) as service:
        service.create_user(user_name, PASSWORD)
    return user_name


def begin(tab, user_name):
    tab.goto("/login?next=/account")
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_text("too easy to guess by the rules of today")).to_be_visible()
    expect(tab.get_by_label("New password", exact=True)).to_be_focused()


def choose(tab, password, again=None):
    tab.get_by_label("New password", exact=True).fill(password)
    tab.get_by_label("Repeat new password").fill(again or password)
    tab.get_by_role("button", name="Log in with it").click()


def test_the_new_password_lets_one_in_where_one_wanted_to_go(tab, renewed, server):
    begin(tab, renewed)
    assert stored(tab) == {}
    choose(tab, "too short")
    expect(tab.get_by_role("alert").filter(has_text="at least 15 characters")).to_be_visible()
    choose(tab, GOOD, f"{GOOD}s")
    expect(tab.get_by_role("alert").filter(has_text="not the same")).to_be_visible()
    choose(tab, GOOD)
    tab.wait_for_url(f"{server.pages_url}account")
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def test_one_may_start_again_and_a_reload_starts_again_too(tab, renewed):
    begin(tab, renewed)
    tab.get_by_role("button", name="Start again").click()
    expect(tab.get_by_label("Username")).to_be_visible()
    begin(tab, renewed)
    tab.reload()
    expect(tab.get_by_label("Username")).to_be_visible()
    assert stored(tab) == {}


def test_after_ten_minutes_one_logs_in_again(tab, renewed, server):
    begin(tab, renewed)
    server.move_clock(600)
    choose(tab, GOOD)
    expect(tab.get_by_role("alert").filter(has_text="Please log in again.")).to_be_visible()
    expect(tab.get_by_label("Username")).to_be_visible()


def test_another_tab_that_has_logged_in_meanwhile_is_not_disturbed(profile, tab, renewed, person, server):
    begin(tab, renewed)
    other = profile.new_page()
    sign_in(other, person)
    held = stored(other)
    tab.reload()
    tab.wait_for_url(f"{server.pages_url}account")
    assert stored(other) == held
