"""Staying signed in without noticing: rotation on navigation, on reload and in the middle of a click (S4, S5, S11, S14)."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, expect_stored, log_in, refresh_button, stored, watching
from tests.e2e.database import open_service


def test_a_click_with_an_expired_access_token_rotates_and_is_not_lost(tab, server):
    log_in(tab)
    before = stored(tab)
    tab.get_by_label("Filter by name").fill("ja")
    expect(tab.get_by_text("1 customer")).to_be_visible()
    heading = tab.get_by_role("heading", name="Customers").element_handle()
    server.move_clock(EXPIRED)
    with watching(tab) as navigations:
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed once")).to_be_visible()
    after = expect_stored(tab, before)
    assert after["refreshToken"][:26] == before["refreshToken"][:26], "it is the same session"
    assert navigations == [], "the page did not move"
    assert heading.is_visible(), "nor was it drawn anew"
    expect(tab.get_by_label("Filter by name")).to_have_value("ja")
    expect(tab.get_by_role("listitem")).to_have_text(["Jane Doe"])


def test_typing_with_an_expired_access_token_rotates_and_no_character_is_lost(tab, server):
    log_in(tab)
    before = stored(tab)
    server.move_clock(EXPIRED)
    tab.get_by_label("Filter by name").press_sequentially("jane", delay=20)
    expect(tab.get_by_role("listitem")).to_have_text(["Jane Doe"])
    expect(tab.get_by_label("Filter by name")).to_have_value("jane")
    expect_stored(tab, before)


def test_navigating_to_a_guarded_page_with_an_expired_access_token_rotates_silently(tab, server):
    log_in(tab)
    tab.get_by_role("link", name="rxapp").click()
    expect(tab.get_by_text("You are logged in as johndoe.")).to_be_visible()
    before = stored(tab)
    server.move_clock(EXPIRED)
    with watching(tab) as navigations:
        tab.get_by_role("link", name="Customers").click()
        expect(tab.get_by_text("John Doe")).to_be_visible()
    expect_stored(tab, before)
    assert all("/login" not in url for url in navigations)


def test_opening_a_guarded_page_anew_with_an_expired_access_token_rotates_silently(tab, profile, server):
    log_in(tab)
    before = stored(tab)
    tab.close()
    server.move_clock(EXPIRED)
    new_tab = profile.new_page()
    new_tab.goto("/customers")
    expect(new_tab.get_by_text("John Doe")).to_be_visible()
    expect_stored(new_tab, before)


def test_reloading_keeps_the_person_signed_in(tab):
    log_in(tab)
    for _ in range(3):
        tab.reload()
        expect(tab.get_by_text("John Doe")).to_be_visible()


@pytest.mark.unbound
def test_rotations_in_a_row_keep_the_same_session_where_no_key_can_be_kept_too(tab, server):
    """`test_device_key.py` has fifty of them with a key."""
    log_in(tab)
    first = pair = stored(tab)
    for count in range(1, 11):
        server.move_clock(EXPIRED)
        refresh_button(tab).click()
        pair = expect_stored(tab, pair)
        expect(tab.get_by_text("refreshed once" if count == 1 else f"refreshed {count} times")).to_be_visible()
    assert pair["refreshToken"][:26] == first["refreshToken"][:26]


@pytest.mark.unbound
def test_the_old_access_token_is_refused_after_five_minutes_and_the_new_one_is_not(tab, server, api):
    log_in(tab)
    before = stored(tab)
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {before['jwt']}"}).json() == ["John Doe", "Jane Doe"]
    server.move_clock(EXPIRED)
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {before['jwt']}"}).status_code == 401
    refresh_button(tab).click()
    after = expect_stored(tab, before)
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {after['jwt']}"}).status_code == 200


def test_race_13_a_browser_whose_clock_is_wrong_notices_nothing(profile, server):
    tab = profile.new_page()
    tab.clock.install(time="2001-01-01T00:00:00Z")
    tab.clock.resume()
    log_in(tab)
    before = stored(tab)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    assert stored(tab) == before, "its clock made nobody rotate"
    server.move_clock(EXPIRED)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed 2 times")).to_be_visible()
    expect_stored(tab, before)


def test_race_20_a_page_load_redirects_nobody_before_storage_was_read(tab):
    log_in(tab)
    with watching(tab) as navigations:
        for _ in range(5):
            tab.reload()
            expect(tab.get_by_text("John Doe")).to_be_visible()
    assert [url for url in navigations if "login" in url] == []


def test_while_it_is_not_known_who_is_there_the_page_shows_nothing_private_and_stays(profile, server):
    tab = profile.new_page()
    tab.route_web_socket(re.compile("_event"), lambda socket: None)  # connects to nothing: storage is never read
    tab.goto("/customers")
    expect(tab.get_by_text("Loading…")).to_be_attached()
    assert tab.url.rstrip("/").endswith("/customers")
    expect(tab.get_by_role("link", name="Log in")).to_have_count(0)
    expect(tab.get_by_role("button", name="Log out")).to_have_count(0)


def test_a_tab_that_lost_its_connection_goes_on_where_it_was(tab, profile):
    log_in(tab)
    tab.get_by_label("Filter by name").fill("john")
    expect(tab.get_by_role("listitem")).to_have_text(["John Doe"])
    profile.set_offline(True)
    profile.set_offline(False)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    expect(tab.get_by_role("listitem")).to_have_text(["John Doe"])


def test_a_guarded_background_task_rotates_and_runs(tab, server):
    log_in(tab)
    tab.goto("/background")
    tab.get_by_role("button", name="Work").click()
    expect(tab.get_by_text("1 by johndoe")).to_be_visible()
    before = stored(tab)
    server.move_clock(EXPIRED)
    tab.get_by_role("button", name="Work").click()
    expect(tab.get_by_text("2 by johndoe")).to_be_visible()
    expect_stored(tab, before)


@pytest.mark.unbound
def test_a_guarded_background_task_does_not_run_for_a_session_that_has_ended(tab, server):
    log_in(tab)
    tab.goto("/background")
    tab.get_by_role("button", name="Work").click()
    expect(tab.get_by_text("1 by johndoe")).to_be_visible()
    with open_service(server) as service:  # in another process: this page is told a moment later
        service.end_session_of(stored(tab)["jwt"])
    tab.evaluate("document.querySelector('main button')?.click()")  # at once, before it leaves by itself
    expect(tab).to_have_url(re.compile("/login"))
