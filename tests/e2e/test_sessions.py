"""Where one is signed in: seen, ended, and gone from every open page within a second; the password asked for where it must be."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NO_KEYS, PASSWORD, expect_login_with, expect_to_leave, sign_in, store, stored, watching
from tests.e2e.database import open_service

STALE = 601
"""Seconds after which a password counts as given long ago."""


def session_items(tab):
    return tab.get_by_role("list", name="Sessions").get_by_role("listitem")


def other_item(tab):
    return session_items(tab).filter(has_not_text="This device")


@pytest.fixture
def two(tab, other_profile, person):
    """One person in two browsers: the page of sessions in one, an account page in the other."""
    elsewhere = other_profile.new_page()
    sign_in(elsewhere, person)
    sign_in(tab, person, to="/account/sessions")
    expect(session_items(tab)).to_have_count(2)
    return tab, elsewhere


def test_each_session_says_device_address_times_and_open_pages_and_this_one_is_marked(two, other_profile, person):
    tab, _ = two
    second = other_profile.new_page()
    second.goto("/account")
    expect(second.get_by_label("Display name")).to_have_value(person)
    tab.reload()
    own = session_items(tab).filter(has_text="This device")
    expect(own).to_contain_text("Chrome on Linux")
    expect(own).to_contain_text("127.0.0.1 · one page open")
    expect(own).to_contain_text("Logged in now · last used now")
    expect(other_item(tab)).to_contain_text("2 pages open")
    title = own.locator("time").first.get_attribute("title")
    assert "20" in title, "the exact time is there on hover"


@pytest.mark.unbound
def test_ending_a_session_takes_all_its_pages_to_the_login_page_within_a_second_and_refuses_its_tokens(two, other_profile, api):
    tab, elsewhere = two
    second = other_profile.new_page()
    second.goto("/")
    expect(second.get_by_text("You are logged in as")).to_be_visible()
    pair = stored(elsewhere)
    other_item(tab).get_by_role("button").click()
    expect_to_leave("session_revoked", elsewhere, second)
    for page in (elsewhere, second):
        expect_login_with(page, "session_revoked", "Your session was ended.")
    assert api.get("/api/me", headers={"Authorization": f"Bearer {pair['jwt']}"}).status_code == 401
    refused = api.post("/api/token/refresh", json={"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "session_revoked")
    expect(tab.get_by_text("The session was ended.")).to_be_visible()
    expect(session_items(tab)).to_have_count(1)


def test_ending_all_others_leaves_this_one(two):
    tab, elsewhere = two
    tab.get_by_role("button", name="End all others").click()
    expect_login_with(elsewhere, "session_revoked", "Your session was ended.")
    expect(session_items(tab)).to_have_count(1)
    expect(session_items(tab)).to_contain_text("This device")


def test_ending_this_one_logs_out(two):
    tab, elsewhere = two
    tab.get_by_role("button", name="End this session").click()
    expect_login_with(tab, "signed_out", "You are logged out.")
    elsewhere.reload()
    expect(elsewhere.get_by_label("Display name")).to_be_visible()


class TestLongAfterThePassword:
    """The password is asked for again, and the interrupted action then goes on by itself."""

    @pytest.fixture
    def asked(self, two, server):
        tab, elsewhere = two
        server.move_clock(STALE)
        other_item(tab).get_by_role("button").click()
        expect(tab.get_by_role("dialog")).to_be_visible()
        expect(tab.get_by_label("Your password")).to_be_focused()
        return tab, elsewhere

    def test_the_right_password_lets_the_action_go_on(self, asked):
        tab, elsewhere = asked
        tab.keyboard.type(PASSWORD)
        tab.keyboard.press("Enter")
        expect_login_with(elsewhere, "session_revoked", "Your session was ended.")
        expect(tab.get_by_role("dialog")).to_be_hidden()
        expect(session_items(tab)).to_have_count(1)

    @pytest.mark.unbound
    def test_it_makes_no_copied_pair_fresh_and_the_other_tabs_of_the_browser_go_on(self, asked, profile, browser, server):
        tab, elsewhere = asked
        second = profile.new_page()
        second.goto("/account")
        expect(second.get_by_label("Display name")).to_be_visible()
        copied = stored(second)
        context = browser.new_context(base_url=server.pages_url)
        context.add_init_script(NO_KEYS)
        thief = context.new_page()
        thief.goto("/login")
        store(thief, copied)
        thief.goto("/account/sessions")
        expect(session_items(thief)).to_have_count(2)
        with watching(second) as seen:
            tab.keyboard.type(PASSWORD)
            tab.keyboard.press("Enter")
            expect_login_with(elsewhere, "session_revoked", "Your session was ended.")
            expect_login_with(thief, "password_confirmed", "you confirmed your password in another place")
            expect(session_items(tab)).to_have_count(1)
            second.get_by_label("Display name").fill("Somebody Else")
            second.get_by_role("button", name="Save").click()
            expect(second.get_by_text("Saved.")).to_be_visible()
        assert [url for url in seen if "/login" in url] == []
        context.close()

    @pytest.mark.thorough
    def test_a_wrong_password_is_said_and_the_right_one_then_helps(self, asked):
        tab, elsewhere = asked
        tab.keyboard.type("wrong")
        tab.keyboard.press("Enter")
        expect(tab.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
        tab.get_by_label("Your password").fill(PASSWORD)
        tab.get_by_role("button", name="Confirm").click()
        expect_login_with(elsewhere, "session_revoked", "Your session was ended.")

    @pytest.mark.parametrize("how", ["Escape", pytest.param("Cancel", marks=pytest.mark.thorough)])
    def test_it_can_be_given_up_and_nothing_has_happened(self, asked, how):
        tab, elsewhere = asked
        if how == "Escape":
            tab.keyboard.press("Escape")
        else:
            tab.get_by_role("button", name="Cancel").click()
        expect(tab.get_by_role("dialog")).to_be_hidden()
        expect(session_items(tab)).to_have_count(2)
        elsewhere.reload()
        expect(elsewhere.get_by_label("Display name")).to_be_visible()

    @pytest.mark.thorough
    def test_leaving_the_page_gives_it_up_too(self, asked):
        tab, _ = asked
        tab.goto("/account")
        expect(tab.get_by_label("Display name")).to_be_visible()
        expect(tab.get_by_role("dialog")).to_be_hidden()

    @pytest.mark.thorough
    def test_it_is_not_asked_for_twice_within_ten_minutes(self, asked, other_profile, person):
        tab, elsewhere = asked
        tab.keyboard.type(PASSWORD)
        tab.keyboard.press("Enter")
        expect(session_items(tab)).to_have_count(1)
        expect(elsewhere.get_by_label("Username")).to_be_visible()
        sign_in(elsewhere, person)
        tab.reload()
        expect(session_items(tab)).to_have_count(2)
        tab.get_by_role("button", name="End all others").click()
        expect_login_with(elsewhere, "session_revoked", "Your session was ended.")


def test_a_session_ended_by_another_process_leaves_the_open_page_within_a_second(tab, person, server):
    """As from the command line: nothing tells this server but the database."""
    sign_in(tab, person)
    with open_service(server) as service:
        service.administration.end_sessions(service.administration.find_user(person).id)
        expect_to_leave("ended_by_administrator", tab)
    expect_login_with(tab, "ended_by_administrator", "An administrator ended your session.")


def test_a_page_that_is_open_when_the_lifetime_of_its_session_ends_leaves_by_itself(tab, person, server):
    sign_in(tab, person)
    expect(tab.get_by_label("Display name")).to_have_value(person)
    server.move_clock(7 * 24 * 3600)
    expect_login_with(tab, "session_expired", "your session has reached its end.")
    assert person not in tab.content()
