"""Several tabs of one browser share one token pair (RACES 1, 8, 9, 18)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import EXPIRED, PASSWORD, USER, expect_stored, log_in, refresh_button, stored
from tests.e2e.database import generation_of, open_service


def second_tab(profile):
    tab = profile.new_page()
    tab.goto("/customers")
    expect(tab.get_by_text("John Doe")).to_be_visible()
    return tab


def test_race_1_two_tabs_that_refresh_at_the_same_moment_take_one_step_and_both_go_on(tab, profile, server):
    log_in(tab)
    other = second_tab(profile)
    for round_number in range(1, 6):
        before = stored(tab)
        generation = generation_of(server, before)
        server.move_clock(EXPIRED)
        for each in (tab, other):
            refresh_button(each).dispatch_event("click")
        for each in (tab, other):
            expect(each.get_by_text("refreshed once" if round_number == 1 else f"refreshed {round_number} times")).to_be_visible()
        after = expect_stored(tab, before)
        assert generation_of(server, after) == generation + 1
        # Each tab's answer has an access token of its own, of the same generation; which one lies in storage is as it happens.
        assert after["refreshToken"] == stored(other)["refreshToken"]


def test_each_tab_reports_both_tokens_of_a_new_pair_in_one_message_so_that_nothing_is_done_with_half_of_it(tab, profile, server):
    log_in(tab)
    other = profile.new_page()
    reports: dict[Page, list[list[str]]] = {tab: [], other: []}
    for each in (tab, other):
        each.on(
            "websocket", lambda socket, each=each: socket.on("framesent", lambda frame: reports[each].extend(reported(frame)))
        )
        each.goto("/customers")
        expect(each.get_by_text("John Doe")).to_be_visible()
    server.move_clock(EXPIRED)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    refresh_button(other).click()
    expect(other.get_by_text("refreshed once")).to_be_visible()
    both = ["jwt", "refresh_token"]
    assert (reports[tab], reports[other]) == ([both], [both])


def reported(frame: str | bytes) -> list[list[str]]:
    """The vars in a message that reports a change of the browser's storage; of any other message, nothing."""
    _, found, event = str(frame).partition("update_vars_internal")
    names = [name for name in ("jwt", "refresh_token") if f"auth_state.{name}_rx_state_" in event]
    return [names] if found else []


@pytest.mark.unbound
def test_race_18_logging_out_takes_every_tab_to_the_login_page_and_removes_both_keys(tab, profile, api):
    log_in(tab)
    pair = stored(tab)
    others = [second_tab(profile) for _ in range(2)]
    at_home = profile.new_page()
    at_home.goto("/")
    expect(at_home.get_by_text("You are logged in as")).to_be_visible()
    for each in (tab, *others, at_home):
        each.evaluate("window.isTheSameDocument = true")
    tab.get_by_role("button", name="Log out").click()
    for each in (tab, *others, at_home):
        expect(each).to_have_url(re.compile(r"/login\?reason=signed_out$"))
        assert each.evaluate("window.isTheSameDocument") is None
        expect(each.get_by_text("You are logged out.")).to_be_visible()
        assert "John Doe" not in each.content()
    assert stored(tab) == {}
    refused = api.post("/api/token/refresh", json={"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "session_revoked")


def test_a_tab_that_missed_the_push_leaves_when_storage_is_cleared(tab, profile, server):
    """The push may be lost with a worker; the browser's own storage event is the second way."""
    log_in(tab)
    other = second_tab(profile)
    tab.evaluate("localStorage.removeItem('refreshToken'); localStorage.removeItem('jwt')")
    expect(other).to_have_url(re.compile(r"/login\?reason=signed_out$"))


def test_signing_in_in_one_tab_signs_in_the_others(tab, profile):
    waiting = profile.new_page()
    waiting.goto("/customers")
    expect(waiting.get_by_label("Username")).to_be_visible()
    log_in(tab)
    expect(waiting.get_by_text("John Doe")).to_be_visible()
    expect(waiting).to_have_url(re.compile(r"/customers$"))


@pytest.mark.thorough
def test_signing_in_as_somebody_else_changes_who_is_signed_in_in_every_tab(tab, profile, server):
    with open_service(server) as service:
        service.create_user("janedoe", PASSWORD)
    log_in(tab)
    at_home = profile.new_page()
    at_home.goto("/")
    expect(at_home.get_by_text("You are logged in as johndoe.")).to_be_visible()
    other = second_tab(profile)
    switching = profile.new_page()
    switching.goto("/")
    switching.get_by_role("button", name="Log out").click()
    expect(switching.get_by_label("Username")).to_be_visible()
    switching.get_by_label("Username").fill("janedoe")
    switching.get_by_label("Password").fill(PASSWORD)
    switching.keyboard.press("Enter")
    expect(switching.get_by_text("You are logged in as janedoe.")).to_be_visible()
    expect(other.get_by_text("You are logged in as janedoe.")).to_be_visible()
    other.goto("/customers")
    expect(other.get_by_role("heading", name="You do not have access")).to_be_visible()
    assert "John Doe" not in other.content()


def test_race_8_a_tab_whose_refresh_fails_does_not_wipe_the_tokens_of_a_newer_sign_in(tab, profile, browser, server, api):
    """The late tab still holds the dead session's pair in the server's copy while storage has a newer sign-in's."""
    log_in(tab)
    dead = stored(tab)
    fresh = api.post("/api/auth/login", json={"username": USER, "password": PASSWORD}).json()
    newer = {"jwt": fresh["token"], "refreshToken": fresh["refreshToken"]}
    with open_service(server) as service:
        service.end_session_of(dead["jwt"])
    tab.evaluate("pair => Object.entries(pair).forEach(([key, value]) => localStorage.setItem(key, value))", newer)
    refresh_button(tab).click()  # the server's copy is the dead pair: nothing told it of the change in this same tab
    expect(tab).to_have_url(re.compile("/login|/customers"))
    tab.goto("/customers")
    expect(tab.get_by_text("John Doe")).to_be_visible()
    assert stored(tab)["refreshToken"] == newer["refreshToken"]


def test_race_9_a_refresh_that_finishes_after_sign_out_does_not_write_tokens_back(tab, server):
    """The answer to a rotation is held back on its way until the person has logged out in another tab."""
    log_in(tab)
    before = stored(tab)
    tab.evaluate("""() => {
        // From here on this tab's storage is emptied, as by a sign-out elsewhere, before any answer is acted upon.
        const add = Storage.prototype.setItem;
        window.writes = [];
        Storage.prototype.setItem = function (key, value) { window.writes.push(key); return add.call(this, key, value); };
        localStorage.removeItem("jwt");
        localStorage.removeItem("refreshToken");
    }""")
    server.move_clock(EXPIRED)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    assert stored(tab) == {}
    assert not {"jwt", "refreshToken"} & set(tab.evaluate("window.writes"))
    assert generation_of(server, before) == 1, "the rotation itself did happen"
