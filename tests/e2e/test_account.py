"""A person's own account: the name, the password, and leaving for good."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    EXPIRED,
    NO_KEYS,
    PASSWORD,
    expect_login_with,
    expect_stored,
    expect_to_leave,
    sign_in,
    store,
    stored,
    watching,
)
from tests.e2e.database import open_service

NEW_PASSWORD = "correct horse battery staple"
SOCKETS_IN_REACH = """
window.sockets = [];
window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); sockets.push(this); } };
"""
STALE = 601
"""Seconds after which a password counts as given long ago."""


def fill_password_form(tab, current=PASSWORD, new=NEW_PASSWORD, again=None):
    tab.get_by_label("Current password").fill(current)
    tab.get_by_label("New password", exact=True).fill(new)
    tab.get_by_label("Repeat new password").fill(new if again is None else again)


def change_password(tab):
    tab.get_by_role("button", name="Change password").click()


def test_the_display_name_can_be_changed(tab, person):
    sign_in(tab, person)
    expect(tab.get_by_label("Display name")).to_have_value(person)
    tab.get_by_label("Display name").fill("Somebody Else")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_label("Display name")).to_have_value("Somebody Else")


@pytest.fixture
def thief(browser, server):
    """A page in a third browser, which has nothing but what is stored in it."""
    context = browser.new_context(base_url=server.pages_url)
    context.add_init_script(NO_KEYS)
    yield context.new_page()
    context.close()


@pytest.mark.unbound
def test_changing_the_password_ends_the_other_sessions_and_gives_this_browser_a_new_one(tab, other_profile, person, api):
    elsewhere = [other_profile.new_page() for _ in range(2)]
    sign_in(elsewhere[0], person)
    elsewhere[1].goto("/")
    expect(elsewhere[1].get_by_text("You are logged in as")).to_be_visible()
    their_pair = stored(elsewhere[0])
    sign_in(tab, person)
    own_pair = stored(tab)
    expect(tab.get_by_text("Log out everywhere else: one other session")).to_be_visible()
    fill_password_form(tab)
    change_password(tab)
    expect(tab.get_by_text("Your password is changed. One other session was ended.")).to_be_visible()
    for page in elsewhere:
        expect_login_with(page, "password_changed", "your password was changed")
    new_pair = expect_stored(tab, changed_from=own_pair)
    accepted = [
        api.get("/api/me", headers={"Authorization": f"Bearer {pair['jwt']}"}).status_code
        for pair in (their_pair, own_pair, new_pair)
    ]
    assert accepted == [401, 401, 200]
    expect(tab.get_by_label("Current password")).to_have_value("")
    sign_in(elsewhere[0], person, NEW_PASSWORD)


@pytest.mark.unbound
def test_whoever_has_copied_the_pair_of_the_very_tab_is_out_within_a_second_and_a_second_tab_of_the_browser_goes_on(
    tab, profile, person, thief, api
):
    sign_in(tab, person)
    pair = stored(tab)
    second = profile.new_page()
    second.goto("/account/sessions")
    expect(second.get_by_text("This device", exact=True)).to_be_visible()
    thief.goto("/login")
    store(thief, pair)
    thief.goto("/account")
    expect(thief.get_by_label("Display name")).to_have_value(person)
    fill_password_form(tab)
    with watching(second) as seen:
        change_password(tab)
        expect(tab.get_by_text("Your password is changed.")).to_be_visible()
        expect_to_leave("password_changed", thief)
        second.get_by_role("link", name="Activity").click()
        expect(second.get_by_text("Password changed", exact=True)).to_be_visible()
    assert [url for url in seen if "/login" in url] == []
    expect_login_with(thief, "password_changed", "your password was changed")
    assert person not in thief.content()
    refused = api.post("/api/token/refresh", json={"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]})
    assert (refused.status_code, refused.json()["reason"]) == (400, "password_changed")
    assert stored(tab) == stored(second) != pair
    tab.get_by_label("Display name").fill("Somebody Else")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()


@pytest.mark.unbound
@pytest.mark.thorough
def test_a_tab_that_is_refused_before_the_new_pair_is_there_leaves_the_old_one_for_a_moment_so_that_this_finds_its_place(
    tab, profile, person, server
):
    """The answer to the change is late, and this tab is told meanwhile. Cleared at once, storage would not take the new pair."""
    sign_in(tab, person)
    second = profile.new_page()
    second.goto("/login")
    pair = stored(tab)
    with open_service(server) as service:
        me = service.verify_access(pair["jwt"])
        changed = service.accounts.change_password(me, PASSWORD, NEW_PASSWORD)
    tab.wait_for_url("**/login?reason=password_changed**")
    assert stored(tab) == pair
    store(second, {"refreshToken": changed.pair.refresh_token, "jwt": changed.pair.access_token})
    expect(tab).to_have_url(re.compile("^[^?]*/account/?$"))
    expect(tab.get_by_label("Display name")).to_have_value(person)
    assert stored(tab)["refreshToken"] == changed.pair.refresh_token


@pytest.mark.unbound
@pytest.mark.thorough
def test_a_tab_that_loads_when_another_has_stored_half_of_a_new_pair_goes_on_with_the_other_half(tab, profile, person, server):
    sign_in(tab, person)
    second = profile.new_page()
    second.goto("/login")
    old = stored(tab)
    with open_service(server) as service:
        me = service.verify_access(old["jwt"])
        changed = service.accounts.change_password(me, PASSWORD, NEW_PASSWORD)
    expect_login_with(tab, "password_changed", "Please log in with the new one.")
    store(second, {"refreshToken": changed.pair.refresh_token, "jwt": old["jwt"]})
    tab.reload()
    expect(tab.get_by_text("Please log in with the new one.")).to_be_visible()
    store(second, {"jwt": changed.pair.access_token})
    expect(tab).to_have_url(re.compile("^[^?]*/account/?$"))
    expect(tab.get_by_label("Display name")).to_have_value(person)


@pytest.mark.unbound
@pytest.mark.thorough
def test_whoever_never_gets_the_answer_is_at_the_login_page_with_the_reason_and_logs_in_with_the_new_password(
    tab, person, server
):
    sign_in(tab, person)
    with open_service(server) as service:
        service.accounts.change_password(service.verify_access(stored(tab)["jwt"]), PASSWORD, NEW_PASSWORD)
    expect_login_with(tab, "password_changed", "Please log in with the new one.")
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(NEW_PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_label("Display name")).to_have_value(person)


@pytest.mark.thorough
def test_a_session_that_is_bound_to_the_browsers_key_is_so_after_the_change_and_its_tabs_go_on(tab, profile, person, api):
    sign_in(tab, person)
    second = profile.new_page()
    second.goto("/account/sessions")
    old_pair = stored(tab)
    fill_password_form(tab)
    change_password(tab)
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    pair = expect_stored(second, changed_from=old_pair)
    refused = api.get("/api/me", headers={"Authorization": f"Bearer {pair['jwt']}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_dpop_proof")
    second.reload()
    expect(second.get_by_text("This device", exact=True)).to_be_visible()


@pytest.mark.thorough
def test_a_session_that_was_bound_to_nothing_is_bound_by_the_change_if_the_browser_has_a_key(tab, person, api):
    login = api.post("/api/auth/login", json={"username": person, "password": PASSWORD}).json()
    old_pair = {"jwt": login["token"], "refreshToken": login["refreshToken"]}
    tab.goto("/login")
    store(tab, old_pair)
    tab.goto("/account")
    fill_password_form(tab)
    change_password(tab)
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    pair = expect_stored(tab, changed_from=old_pair)
    refused = api.get("/api/me", headers={"Authorization": f"Bearer {pair['jwt']}"})
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_dpop_proof")
    tab.reload()
    expect(tab.get_by_label("Display name")).to_have_value(person)


@pytest.mark.thorough
def test_the_other_sessions_may_be_kept(tab, other_profile, person):
    elsewhere = other_profile.new_page()
    sign_in(elsewhere, person)
    sign_in(tab, person)
    fill_password_form(tab)
    tab.get_by_label("Log out everywhere else").uncheck()
    change_password(tab)
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_label("Display name")).to_be_visible()


def test_a_wrong_current_password_is_said_and_nothing_typed_is_lost(tab, person):
    sign_in(tab, person)
    fill_password_form(tab, current="wrong")
    change_password(tab)
    expect(tab.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    expect(tab.get_by_label("Current password")).to_be_focused()
    expect(tab.get_by_label("New password", exact=True)).to_have_value(NEW_PASSWORD)


@pytest.mark.thorough
def test_an_expired_access_token_in_the_middle_of_the_change_is_not_noticed(tab, person, server):
    sign_in(tab, person)
    fill_password_form(tab)
    server.move_clock(EXPIRED)
    change_password(tab)
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()


@pytest.mark.unbound
def test_deleting_the_account_wants_the_password_and_takes_every_page_to_the_login_page(tab, profile, other_profile, person):
    elsewhere = other_profile.new_page()
    sign_in(elsewhere, person)
    sign_in(tab, person)
    second = profile.new_page()
    second.goto("/account/sessions")
    expect(second.get_by_text("This device", exact=True)).to_be_visible()
    tab.get_by_label("Your password, to delete the account").fill("wrong")
    tab.get_by_role("button", name="Delete my account").click()
    expect(tab.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    tab.get_by_label("Your password, to delete the account").fill(PASSWORD)
    tab.get_by_role("button", name="Delete my account").click()
    for page in (tab, second, elsewhere):
        expect_login_with(page, "account_deleted", "Your account has been deleted.")
        assert person not in page.content()
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("alert").filter(has_text="wrong")).to_be_visible()


def test_what_a_page_says_stays_when_its_connection_is_lost_and_goes_with_the_visit(tab, person):
    tab.add_init_script(SOCKETS_IN_REACH)
    sign_in(tab, person)
    fill_password_form(tab, current="wrong")
    change_password(tab)
    refusal = tab.get_by_role("alert").filter(has_text="wrong")
    expect(refusal).to_be_visible()
    with tab.expect_websocket():
        tab.evaluate("sockets.forEach(socket => socket.close())")
    tab.get_by_label("New password", exact=True).fill("short")
    expect(tab.get_by_text("more characters to go")).to_be_visible()
    expect(refusal).to_be_visible()
    tab.get_by_role("link", name="Activity").click()
    expect(tab.get_by_role("list", name="Events")).to_be_visible()
    tab.get_by_role("link", name="Profile").click()
    expect(tab.get_by_label("Display name")).to_have_value(person)
    expect(refusal).not_to_be_visible()
    tab.get_by_label("Display name").fill("Somebody Else")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_label("Display name")).to_have_value("Somebody Else")
    expect(tab.get_by_text("Saved.")).not_to_be_visible()


def test_the_activity_page_tells_what_happened(tab, person):
    sign_in(tab, person)
    fill_password_form(tab, current="wrong")
    change_password(tab)
    expect(tab.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    tab.get_by_role("link", name="Activity").click()
    expect(tab).to_have_url(re.compile("/account/activity/?$"))
    events = tab.get_by_role("list", name="Events").get_by_role("listitem")
    expect(events.nth(0)).to_contain_text("Wrong password when asked to confirm")
    expect(events.nth(1)).to_contain_text("Logged in")
    expect(events.nth(1)).to_contain_text("Chrome on Linux")
