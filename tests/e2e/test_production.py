"""Several workers behind nginx with TLS: the representative tests again, and what only several workers or a proxy can get wrong.

`make test-production` runs these, `make test-production-whole` all end-to-end tests that way.
"""

import contextlib
import os
import re
import signal
import socket
import ssl
import time
import warnings

import httpx
import psutil
import pytest
from playwright.sync_api import expect

from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.web.reflex_internals.state_managers import EXPIRATION_SECONDS
from tests.e2e import test_device_key
from tests.e2e.conftest import (
    EXPIRED,
    PASSWORD,
    expect_login_with,
    expect_stored,
    expect_to_leave,
    log_in,
    refresh_button,
    sign_in,
    stored,
    watching,
)
from tests.e2e.database import open_service
from tests.e2e.production_server import WORKERS, wait_until

# ruff: noqa: F401  each is a test here too, against the server below
from tests.e2e.test_lost_answers import test_a_reload_in_the_middle_of_a_rotation_signs_nobody_out
from tests.e2e.test_sessions import (
    test_a_session_ended_by_another_process_leaves_the_open_page_within_a_second,
    test_ending_a_session_takes_all_its_pages_to_the_login_page_within_a_second_and_refuses_its_tokens,
    two,
)
from tests.e2e.test_sign_out import (
    test_a_thief_who_rotated_and_used_a_copy_is_detected_when_the_owner_clicks,
    test_a_token_two_generations_old_ends_the_session_and_the_page_that_held_the_newer_one_shows_why,
    test_revoking_over_http_takes_the_open_page_to_the_login_page_with_the_reason,
)
from tests.e2e.test_stay_signed_in import test_a_click_with_an_expired_access_token_rotates_and_is_not_lost
from tests.e2e.test_two_tabs import (
    test_race_1_two_tabs_that_refresh_at_the_same_moment_take_one_step_and_both_go_on,
    test_race_18_logging_out_takes_every_tab_to_the_login_page_and_removes_both_keys,
)

pytestmark = pytest.mark.production

CRASH_LOOP_SECONDS = 6
GIVEN_UP_SECONDS = EXPIRATION_SECONDS + 4
"""A lock that nobody holds any more, and a browser that notices its lost connection and makes another."""


@pytest.fixture(scope="module")
def server(production_server):
    return production_server


def test_tokens_copied_into_another_browser_do_not_rotate_whichever_worker_it_reaches(server, tab, other_profile, person):
    test_device_key.TestCopied().test_into_another_profile_they_do_not_rotate(server, tab, other_profile, person)


def worker_of(tab) -> int:
    """The process that the socket of this tab, at `/background`, is on."""
    runs = int(tab.get_by_text(" by ").inner_text().partition(" ")[0])
    tab.get_by_role("button", name="Work").click()
    expect(tab.get_by_text(f"{runs + 1} by ")).to_be_visible()
    return int(tab.locator("output").inner_text())


def tab_on_each_worker(profile) -> dict[int, object]:
    """Open tabs until there is one on each worker, and close those that are too many."""
    tabs: dict[int, object] = {}
    for _ in range(40):
        tab = profile.new_page()
        tab.goto("/background")
        expect(tab.get_by_role("button", name="Work")).to_be_visible()
        if (worker := worker_of(tab)) in tabs:
            tab.close()
        tabs.setdefault(worker, tab)
        if len(tabs) == WORKERS:
            return tabs
    raise AssertionError(f"all tabs are on the same worker: {list(tabs)}")


def test_a_page_whose_worker_was_killed_while_it_held_the_pages_state_goes_on_within_seconds(tab, server):
    """The lock on the state lies in Redis, and does not go with the worker."""
    log_in(tab)
    wait_until_a_worker_may_die(server)
    before = stored(tab)
    server.move_clock(EXPIRED)
    server.crash_at_next_rotation()
    refresh_button(tab).dispatch_event("click")
    server.wait_for_crash()
    began = time.monotonic()
    expect_stored(tab, before)
    assert time.monotonic() - began < GIVEN_UP_SECONDS
    refresh_button(tab).click()
    expect(tab.get_by_text(re.compile("refreshed"))).to_be_visible()
    wait_for(lambda: len(workers_of(server)), WORKERS)


def test_signing_out_on_one_worker_signs_out_the_pages_on_every_other_within_a_second(tab, profile, person):
    sign_in(tab, person)
    tabs = tab_on_each_worker(profile)
    tab.get_by_role("button", name="Log out").click()
    expect_to_leave("signed_out", *tabs.values())
    for each in tabs.values():
        expect_login_with(each, "signed_out", "You are logged out.")


@pytest.mark.unbound
def test_a_session_revoked_over_http_leaves_the_pages_on_every_worker_within_a_second(tab, profile, person, api):
    sign_in(tab, person)
    tabs = tab_on_each_worker(profile)
    assert api.post("/api/token/revoke", headers={"Authorization": f"Bearer {stored(tab)['jwt']}"}).status_code == 204
    expect_to_leave("session_revoked", *tabs.values())


@pytest.mark.unbound
def test_open_pages_are_counted_over_all_workers(tab, profile, person, api):
    sign_in(tab, person)
    tabs = tab_on_each_worker(profile)

    def open_pages() -> set[int]:
        """As several requests, which reach different workers, are told."""
        headers = {"Authorization": f"Bearer {stored(tab)['jwt']}"}
        return {httpx.get(f"{api.base_url}/api/sessions", headers=headers).json()[0]["openPages"] for _ in range(2 * WORKERS)}

    wait_for(open_pages, {WORKERS + 1})
    next(iter(tabs.values())).close()
    wait_for(open_pages, {WORKERS})


def wait_for(found, wanted) -> None:
    deadline = time.monotonic() + 5
    while (last := found()) != wanted:
        assert time.monotonic() < deadline, last


def test_a_page_whose_socket_comes_to_another_worker_keeps_its_state(tab, person):
    sign_in(tab, person)
    tab.goto("/background")
    first = worker_of(tab)
    for run in range(2, 42):
        tab.reload()
        expect(tab.get_by_text(f"{run - 1} by {person}")).to_be_visible()
        if worker_of(tab) != first:
            return
    raise AssertionError("each time it was the same worker")


def test_the_next_person_at_a_page_is_sent_nothing_of_the_last_ones_state(tab, person):
    """With Redis, an event has only a part of the page's state at hand: the rest has to be forgotten too."""
    log_in(tab)
    tab.get_by_role("button", name="Log out").click()
    expect_login_with(tab, "signed_out", "You are logged out.")
    sign_in(tab, person, to="/account")
    received: list[str] = []
    tab.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(str(frame))))
    tab.reload()
    expect(tab.get_by_label("Display name")).to_have_value(person)
    assert any(person in frame for frame in received)
    assert not [frame for frame in received if "Jane Doe" in frame]


def addresses_of_logins(server, user_name: str) -> list[str]:
    with open_service(server) as service:
        logins = EventFilter(user_id=service.administration.find_user(user_name).id, kind=EventKind.LOGIN)
        return [event.address for event in service.administration.each_event(logins)]


def test_the_address_in_the_audit_log_is_the_browsers_and_not_the_proxys(tab, person, server):
    sign_in(tab, person)
    assert addresses_of_logins(server, person) == ["127.0.0.1"]


def test_the_address_cannot_be_made_up_by_the_browser(browser, person, server):
    made_up = {"X-Forwarded-For": "203.0.113.9"}
    with contextlib.closing(browser.new_context(base_url=server.pages_url, extra_http_headers=made_up)) as profile:
        sign_in(profile.new_page(), person)
    assert addresses_of_logins(server, person) == ["127.0.0.1"]


def test_nginx_hands_on_how_pages_and_assets_are_packed_and_kept(server):
    page = httpx.get(f"{server.url}/customers", headers={"Accept-Encoding": "gzip"})
    asset = httpx.get(server.url + re.search(r'"(/assets/framework-[^"]+)"', page.text)[1], headers={"Accept-Encoding": "gzip"})
    for answer, kept in ((page, "no-cache"), (asset, "public, max-age=31536000, immutable")):
        assert (answer.status_code, answer.headers["cache-control"]) == (200, kept)
        assert answer.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in answer.headers["vary"].lower()
        unchanged = httpx.get(answer.url, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]})
        assert unchanged.status_code == 304


def test_nginx_upgrades_websockets_of_the_apps_own_origin_only(server):
    url = f"{server.url}/_event/?token=x&EIO=4&transport=websocket"
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    assert httpx.get(url, headers=handshake | {"Origin": server.url}).status_code == 101
    assert httpx.get(url, headers=handshake | {"Origin": "https://evil.example"}).status_code != 101


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_nginx_refuses_tls_that_is_out_of_date(server, version):
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        speak_tls(server.port, ssl.TLSVersion[version])


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_nginx_speaks_tls_of_today(server, version):
    assert speak_tls(server.port, ssl.TLSVersion[version]) == version.replace("_", ".")


def speak_tls(port: int, version: ssl.TLSVersion) -> str | None:
    """With a client that itself would put up with anything: only the server can refuse."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secured:
        return secured.version()


def test_what_comes_without_tls_is_led_to_it_and_served_nothing(server):
    answer = httpx.get(f"http://127.0.0.1:{server.plain_port}/api/me?x=1", headers={"Host": "app.example.com"})
    assert (answer.status_code, answer.headers["location"]) == (301, "https://app.example.com/api/me?x=1")


def test_every_answer_says_that_only_https_will_do_from_now_on(server):
    """HSTS for two years (ASVS 3.4.1), on pages, assets, the API, errors and redirects."""
    for path in ("/", "/favicon.svg", "/api/me", "/nothing-here", "/customers"):
        assert httpx.get(f"{server.url}{path}").headers["strict-transport-security"].startswith("max-age=63072000;"), path


def test_what_nginx_refuses_by_itself_says_so_too_and_no_answer_says_it_twice(server):
    refused = httpx.post(f"{server.url}/api/auth/login", content=b" " * 100_000)
    assert (refused.status_code, refused.headers["content-type"]) == (413, "text/html")
    for answer in (refused, httpx.get(f"{server.url}/api/me")):
        assert answer.headers.get_list("strict-transport-security") == ["max-age=63072000; includeSubDomains"]


def test_the_access_log_names_no_page(tab, person, server):
    sign_in(tab, person)
    log = (server.directory / "nginx-rxapp.access.log").read_text()
    assert re.search(r'"GET /account HTTP', log)
    assert "token=" not in log


def test_when_a_worker_is_killed_the_other_goes_on_its_pages_come_back_by_themselves_and_it_is_replaced(
    tab, profile, person, server
):
    """As the kernel kills it when memory runs out: no handler runs."""
    sign_in(tab, person)
    tabs = tab_on_each_worker(profile)
    wait_until_a_worker_may_die(server)
    killed, other = tabs
    os.kill(killed, signal.SIGKILL)
    assert worker_of(tabs[other]) == other
    # Reflex takes the connection for that of a second tab, and begins a new state (reflex#6345): who is there comes from storage.
    expect(tabs[killed].locator("output")).not_to_have_text(str(killed))
    assert worker_of(tabs[killed]) != killed
    wait_for(lambda: len(workers_of(server)), WORKERS)
    assert other in workers_of(server)
    assert killed not in workers_of(server)
    for _ in range(2 * WORKERS):
        assert httpx.get(f"{server.url}/readyz").is_success


def test_when_redis_restarts_and_forgets_everything_the_next_click_on_an_open_page_is_done(tab, person, server):
    sign_in(tab, person)
    tab.goto("/background")
    worker_of(tab)
    with watching(tab) as seen:
        server.end_redis()
        tab.get_by_role("button", name="Work").click()
        expect(tab.get_by_role("alert").filter(has_text="look whether it was done")).to_be_visible()
        server.start_redis()
        tab.get_by_role("button", name="Work").click()
        expect(tab.get_by_text(f"1 by {person}")).to_be_visible()
    assert seen == []


@pytest.mark.unbound
def test_a_page_whose_state_redis_has_forgotten_learns_of_a_sign_out_elsewhere_too(tab, person, api, server):
    sign_in(tab, person)
    with server.open_redis() as client:
        client.flushall()
    assert api.post("/api/token/revoke", headers={"Authorization": f"Bearer {stored(tab)['jwt']}"}).status_code == 204
    tab.wait_for_url("**/login?reason=session_revoked**", timeout=5000)


def wait_until_a_worker_may_die(server) -> None:
    """One that dies soon after it was started in the place of another ends the server (`docs/decisions/0016`)."""
    wait_until(lambda: all(time.time() - psutil.Process(pid).create_time() > CRASH_LOOP_SECONDS for pid in workers_of(server)))


def workers_of(server) -> set[int]:
    return {child.pid for child in psutil.Process(server.process_group).children() if child.status() != psutil.STATUS_ZOMBIE}
