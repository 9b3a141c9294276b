"""Answers that never arrive: a reload during rotation, a lost message, a server killed between commit and answer (RACE 2)."""

import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, PASSWORD, USER, expect_stored, log_in, refresh_button, stored
from tests.e2e.database import generation_of


@pytest.fixture(scope="module")
def server(server, tmp_path_factory):
    """A server of its own, for it gets killed; the pages are those already built."""
    own = server.another(tmp_path_factory.mktemp("crashing"))
    server.stop()
    own.start(is_built=True)
    yield own
    own.stop()
    server.start(is_built=True)


def test_a_reload_in_the_middle_of_a_rotation_signs_nobody_out(tab, server):
    log_in(tab)
    for _ in range(5):
        before = stored(tab)
        server.move_clock(EXPIRED)
        refresh_button(tab).dispatch_event("click")
        tab.reload()
        expect(tab.get_by_text("John Doe")).to_be_visible()
        expect_stored(tab, before)


@pytest.mark.unbound
def test_race_2_a_rotation_whose_answer_was_lost_is_answered_again_even_a_day_later(tab, profile, server):
    log_in(tab)
    before = stored(tab)
    held_back = {"is": False}
    clicks_heard = {"number": 0}

    def pass_on(socket):
        def hear(message):
            upstream.send(message)
            clicks_heard["number"] += "customers_state.refresh" in message

        upstream = socket.connect_to_server()
        socket.on_message(hear)
        upstream.on_message(lambda message: None if held_back["is"] else socket.send(message))

    tab.route_web_socket(re.compile("_event"), pass_on)
    tab.reload()
    expect(tab.get_by_text("John Doe")).to_be_visible()
    generation = generation_of(server, before)
    held_back["is"] = True  # before the clock moves: the page may still be loading, and then it is that which rotates
    server.move_clock(EXPIRED)
    for _ in range(3):  # the later clicks run under a pair that the server knows and the browser never got
        refresh_button(tab).click()
    wait_until(lambda: generation_of(server, before) == generation + 1)
    wait_until(lambda: clicks_heard["number"] >= 3)
    assert stored(tab) == before, "the answer was lost"
    tab.close()
    server.move_clock(20 * 60 * 60)
    tab = profile.new_page()
    tab.goto("/customers")
    expect(tab.get_by_text("John Doe")).to_be_visible()
    assert generation_of(server, expect_stored(tab, before)) == generation + 1


def test_a_server_killed_between_commit_and_answer_signs_nobody_out_over_http(server):
    pair = httpx.post(f"{server.url}/api/auth/login", json={"username": USER, "password": PASSWORD}, timeout=30).json()
    for _ in range(2):
        body = {"accessToken": pair["token"], "refreshToken": pair["refreshToken"]}
        server.move_clock(EXPIRED)
        server.crash_at_next_rotation()
        assert not is_answered(server, body)
        server.kill()
        server.start(is_built=True)
        server.move_clock(60)
        answer = httpx.post(f"{server.url}/api/token/refresh", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        pair = answer.json()
        customers = httpx.get(f"{server.url}/api/customers", headers={"Authorization": f"Bearer {pair['token']}"}, timeout=30)
        assert customers.json() == ["John Doe", "Jane Doe"]


def is_answered(server, body) -> bool:
    """By the app, and not by the proxy that may be in front of it."""
    try:
        return httpx.post(f"{server.url}/api/token/refresh", json=body, timeout=30).status_code != httpx.codes.BAD_GATEWAY
    except httpx.HTTPError:
        return False


def test_a_server_killed_between_commit_and_answer_signs_nobody_out_in_the_browser(tab, server):
    log_in(tab)
    for _ in range(2):
        before = stored(tab)
        server.move_clock(EXPIRED)
        server.crash_at_next_rotation()
        refresh_button(tab).dispatch_event("click")
        server.wait_for_crash()
        server.kill()
        server.start(is_built=True)
        server.move_clock(60)
        tab.goto("/customers")
        expect(tab.get_by_text("John Doe")).to_be_visible()
        expect_stored(tab, before)


def test_a_page_left_open_says_that_it_cannot_reach_the_server_and_goes_on_by_itself_when_that_is_back(tab, server):
    log_in(tab)
    notice = tab.get_by_role("alert").filter(has_text="cannot be reached")
    server.kill()
    expect(notice).to_be_visible()
    server.start(is_built=True)
    expect(notice).to_be_hidden()
    refresh_button(tab).click()
    expect(tab.get_by_text(re.compile("refreshed"))).to_be_visible()
    expect(tab.get_by_text("John Doe")).to_be_visible()


def wait_until(is_so, attempts=1_200):
    for _ in range(attempts):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")
