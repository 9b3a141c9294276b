"""Before the scripts have arrived: what is typed stays, what is submitted waits, and no credential gets into a URL (RACE 17)."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, USER, stored

DELAY_SECONDS = 5


def hold_scripts(tab):
    """Scripts that arrive when the test says so: returns the release."""
    held = []
    is_released = {"yet": False}

    def take(route):
        if is_released["yet"]:
            route.continue_()
        else:
            held.append(route)

    tab.route(re.compile(r"\.js($|\?)"), take)

    def release():
        is_released["yet"] = True
        while held:
            held.pop(0).continue_()

    return release


def test_with_scripts_late_typing_and_pressing_enter_ends_signed_in(tab, server):
    requested = []
    tab.on("request", lambda request: requested.append(request.url))
    release = hold_scripts(tab)
    tab.goto("/login?next=/customers", wait_until="commit")
    tab.get_by_label("Username").press_sequentially(USER)
    tab.get_by_label("Password").press_sequentially(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Log in")).to_be_disabled()
    assert tab.url.endswith("/login?next=/customers") or tab.url.endswith("/login/?next=/customers")
    release()
    expect(tab.get_by_text("John Doe")).to_be_visible()
    assert stored(tab)["refreshToken"]
    history = tab.evaluate("[location.href, document.referrer, ...performance.getEntries().map(entry => entry.name)]")
    for url in requested + history:
        assert PASSWORD not in url
        assert "def%40123" not in url
        assert "password=" not in url
        assert USER not in url


def test_with_scripts_five_seconds_late_typing_and_pressing_enter_ends_signed_in(tab):
    """The same with the real delay, once: the one test that lets time pass, for a slow network is what it is about."""
    release = hold_scripts(tab)
    tab.goto("/login?next=/customers", wait_until="commit")
    tab.get_by_label("Username").fill(USER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_label("Password").press("Enter")
    tab.wait_for_timeout(DELAY_SECONDS * 1000)
    release()
    expect(tab.get_by_text("John Doe")).to_be_visible()


def test_what_was_typed_before_the_scripts_arrived_is_kept(tab):
    release = hold_scripts(tab)
    tab.goto("/login", wait_until="commit")
    tab.get_by_label("Username").press_sequentially(USER)
    tab.get_by_label("Password").press_sequentially("abc")
    expect(tab.get_by_role("button", name="Log in")).to_be_enabled()
    release()
    tab.wait_for_function("() => sessionStorage.getItem('token') !== null")  # the page has connected
    expect(tab.get_by_label("Username")).to_have_value(USER)
    expect(tab.get_by_label("Password")).to_have_value("abc")
    expect(tab.get_by_role("button", name="Log in")).to_be_enabled()


def test_without_any_script_the_form_is_never_sent_with_the_password_in_the_url(browser, server):
    context = browser.new_context(base_url=server.pages_url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/login")
    assert tab.locator("form").get_attribute("method") == "post"
    context.close()


def test_race_17_no_token_and_no_password_is_in_the_log(tab, server):
    from tests.e2e.conftest import log_in

    log_in(tab)
    pair = stored(tab)
    log = server.log.read_text()
    for secret in (PASSWORD, pair["jwt"], pair["refreshToken"], pair["jwt"].split(".")[2]):
        assert secret not in log
