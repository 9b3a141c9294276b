"""Being signed out: by oneself, by time, by revocation and by reuse detection; always with the reason (S6, S7, S13)."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, expect_login_with, expect_stored, log_in, refresh_button, sign_in, stored

DAY = 24 * 60 * 60


def as_json(pair):
    return {"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]}


@pytest.mark.unbound
def test_log_out_leads_to_login_removes_both_keys_and_revokes_the_session(tab, api):
    log_in(tab)
    pair = stored(tab)
    tab.get_by_role("button", name="Log out").click()
    expect_login_with(tab, "signed_out", "You are logged out.")
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {pair['jwt']}"}).status_code == 401
    assert api.post("/api/token/refresh", json=as_json(pair)).json()["code"] == "session_revoked"


def test_back_after_log_out_shows_nothing_private(tab):
    log_in(tab)
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_text("You are logged out.")).to_be_visible()
    tab.go_back()
    expect(tab.get_by_label("Username")).to_be_visible()
    assert "John Doe" not in tab.content()


def test_every_page_of_somebody_who_is_signed_in_has_a_way_out(tab, administrator):
    sign_in(tab, administrator)
    of_administrators = ("/admin", "/admin/users", "/admin/events")
    for page in (
        "/",
        "/account",
        "/account/security",
        "/account/sessions",
        "/account/activity",
        *of_administrators,
        "/customers",
    ):
        tab.goto(page)
        expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    tab.goto("/admin/users")
    tab.get_by_role("link", name=administrator).click()
    expect(tab.get_by_role("button", name="Make a set-password link")).to_be_visible()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.unbound
def test_log_out_works_with_an_expired_access_token(tab, server):
    log_in(tab)
    server.move_clock(EXPIRED)
    tab.get_by_role("button", name="Log out").click()
    expect_login_with(tab, "signed_out", "You are logged out.")


def test_after_seven_days_the_person_is_told_to_sign_in_again_and_comes_back_to_the_page(tab, server):
    log_in(tab)
    pair = stored(tab)
    for day in range(1, 8):
        server.move_clock(DAY - EXPIRED)
        refresh_button(tab).click()
        expect(tab.get_by_text("refreshed once" if day == 1 else f"refreshed {day} times")).to_be_visible()
        pair = expect_stored(tab, pair)
    server.move_clock(7 * EXPIRED)  # and the page need not be touched: the server knows by itself that the session is over
    expect_login_with(tab, "session_expired", "your session has reached its end.")
    tab.get_by_label("Username").fill("johndoe")
    tab.get_by_label("Password").fill("def@123")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(r"/customers$"))


def test_after_a_day_without_use_the_person_is_told_that_they_were_away(tab, server):
    log_in(tab)
    server.move_clock(DAY + 1)
    refresh_button(tab).click()
    expect_login_with(tab, "session_idle", "you were away for a while")


def test_coming_back_after_the_session_ended_tells_the_reason_too(tab, profile, server):
    log_in(tab)
    tab.close()
    server.move_clock(8 * DAY)
    tab = profile.new_page()
    tab.goto("/customers")
    expect_login_with(tab, "session_expired", "your session has reached its end.")


@pytest.mark.unbound
def test_revoking_over_http_takes_the_open_page_to_the_login_page_with_the_reason(tab, profile, api):
    log_in(tab)
    other = profile.new_page()
    other.goto("/")
    expect(other.get_by_text("You are logged in as")).to_be_visible()
    pair = stored(tab)
    assert api.post("/api/token/revoke", headers={"Authorization": f"Bearer {pair['jwt']}"}).status_code == 204
    for each in (tab, other):
        expect_login_with(each, "session_revoked", "Your session was ended.")


@pytest.mark.unbound
def test_a_token_two_generations_old_ends_the_session_and_the_page_that_held_the_newer_one_shows_why(tab, server, api):
    log_in(tab)
    stolen = pair = stored(tab)
    for _ in range(2):
        server.move_clock(EXPIRED)
        refresh_button(tab).click()
        pair = expect_stored(tab, pair)
    refused = api.post("/api/token/refresh", json=as_json(stolen))
    assert (refused.status_code, refused.json()["code"]) == (400, "token_reused")
    expect_login_with(tab, "token_reused", "used in two places")
    refused = api.post("/api/token/refresh", json=as_json(pair))
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (400, "session_revoked", "token_reused")


@pytest.mark.unbound
def test_a_thief_who_rotated_and_used_a_copy_is_detected_when_the_owner_clicks(tab, server, api):
    log_in(tab)
    stolen = stored(tab)
    server.move_clock(EXPIRED)
    taken = api.post("/api/token/refresh", json=as_json(stolen)).json()
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {taken['token']}"}).status_code == 200
    server.move_clock(11)
    refresh_button(tab).click()
    expect_login_with(tab, "token_reused", "used in two places")
    assert api.get("/api/customers", headers={"Authorization": f"Bearer {taken['token']}"}).status_code == 401


@pytest.mark.unbound
def test_a_thief_is_detected_although_the_owner_never_leaves_the_page(tab, server, api):
    """The pages report what they have stored, so a rotation in a page that is never left counts as seen in use as well."""
    log_in(tab)
    stolen = stored(tab)
    server.move_clock(EXPIRED)
    refresh_button(tab).click()
    expect_stored(tab, stolen)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed 2 times")).to_be_visible()
    server.move_clock(11)
    assert api.post("/api/token/refresh", json=as_json(stolen)).json()["code"] == "token_reused"
    expect_login_with(tab, "token_reused", "used in two places")
