"""The main journeys in Debian's Firefox (`make test-firefox`): logging in, rotation, logging out, storage that is denied."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import EXPIRED, PASSWORD
from tests.e2e.database import generation_of
from tests.e2e.firefox import Firefox, Tab, find_firefox, firefox

STORED = "({ jwt: localStorage.jwt, refreshToken: localStorage.refreshToken })"

pytestmark = [pytest.mark.firefox, pytest.mark.skipif(find_firefox() is None, reason="Firefox cannot be installed here")]


@pytest.fixture(scope="module")
def browser_of_the_module(tmp_path_factory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox") / "profile") as browser:
        yield browser


@pytest.fixture
def tab(browser_of_the_module, server) -> Tab:
    tab = browser_of_the_module.new_tab()
    tab.goto(f"{server.pages_url}login")
    tab.evaluate("localStorage.clear()")
    tab.goto(server.pages_url)
    return tab


def log_in(tab: Tab, server, person: str, to: str = "account") -> None:
    tab.goto(f"{server.pages_url}{to}")
    tab.type("Username", person)
    tab.type("Password", PASSWORD)
    tab.click("Log in")
    tab.until_it_says("Log out")


def test_one_logs_in_bound_to_a_key_and_stays_logged_in(tab, server, person):
    log_in(tab, server, person, to="account/sessions")
    tab.until_it_says("bound to this device")
    held = tab.evaluate(STORED)
    before = generation_of(server, held)
    server.move_clock(EXPIRED)
    tab.click("Profile")
    tab.until_it_says(f"Your username is {person}")
    tab.until(lambda: tab.evaluate(STORED) != held)
    assert generation_of(server, held) == before + 1
    tab.reload()
    tab.until_it_says(f"Your username is {person}")


def test_a_wrong_password_is_told_and_the_form_stays(tab, server, person):
    tab.goto(f"{server.pages_url}login")
    tab.type("Username", person)
    tab.type("Password", "wrong")
    tab.click("Log in")
    tab.until_it_says("wrong")
    assert tab.evaluate("document.getElementById('username').value") == person


def test_logging_out_takes_every_tab_to_the_login_page(tab, browser_of_the_module, server, person):
    log_in(tab, server, person)
    other = browser_of_the_module.new_tab()
    other.goto(f"{server.pages_url}account/sessions")
    other.until_it_says("This device")
    tab.click("Log out")
    for each in (tab, other):
        each.until(lambda each=each: "/login" in each.url)
        each.until_it_says("You are logged out.")
    assert tab.evaluate(STORED) == {}


def test_where_site_data_are_blocked_the_page_says_so_and_works_until_it_is_left(tmp_path, server, person):
    with firefox(tmp_path / "profile", network__cookie__cookieBehavior=2) as browser:
        tab = browser.new_tab()
        tab.goto(f"{server.pages_url}login")
        tab.until_it_says("leaving or reloading this page will log you out")
        log_in_here = ("Username", person), ("Password", PASSWORD)
        for label, text in log_in_here:
            tab.type(label, text)
        tab.click("Log in")
        tab.until_it_says("Log out")
        tab.reload()
        tab.until(lambda: "Log out" not in tab.text)


def test_passkeys_are_offered_and_one_can_do_without(tab, server, person):
    log_in(tab, server, person, to="account/security")
    tab.until_it_says("Add a passkey")
    tab.click("Add an authenticator app")
    tab.until_it_says("Or type this key into the app")


def test_where_there_are_no_passkeys_a_sentence_says_so(tmp_path, server, person):
    with firefox(tmp_path / "profile", security__webauth__webauthn=False) as browser:
        tab = browser.new_tab()
        tab.goto(f"{server.pages_url}login")
        tab.until_it_says("This browser has no passkeys")
        log_in(tab, server, person, to="account/security")
        tab.until_it_says("Add an authenticator app")
