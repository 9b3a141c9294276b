"""Nobody ends up elsewhere than where they wanted to go: through a log-in, a deployment, an address with a fragment."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PASSWORD, sign_in


def fill_in(tab: Page, person: str) -> None:
    tab.get_by_label("Username").fill(person)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()


def test_the_fragment_of_an_address_survives_the_log_in(tab, person):
    tab.goto("account/sessions?a=b#there")
    expect(tab).to_have_url(re.compile("/login"))
    assert "there" not in tab.url, "no server or log may hear of it"
    fill_in(tab, person)
    expect(tab).to_have_url(re.compile(r"/account/sessions/?\?a=b#there$"))
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()


def test_an_address_that_names_the_path_of_the_app_leads_there_once(tab, person, server):
    tab.goto(f"login?next={server.prefix}/account")
    fill_in(tab, person)
    expect(tab).to_have_url(re.compile(rf"^{re.escape(server.url)}{re.escape(server.prefix)}/account/?$"))
    icon = tab.locator("link[rel=icon]").get_attribute("href")
    assert icon.startswith(f"{server.prefix}/favicon.svg")
    assert tab.request.get(f"{server.url}{icon}").ok


def test_a_fragment_is_for_the_page_that_had_it_and_for_once(tab, person):
    tab.goto("account/sessions#there")
    expect(tab).to_have_url(re.compile("/login"))
    tab.goto("login?next=/account")
    fill_in(tab, person)
    expect(tab).to_have_url(re.compile(r"/account/?$"))
    tab.get_by_role("link", name="Sessions").click()
    expect(tab).to_have_url(re.compile(r"/account/sessions/?#there$"))
    tab.get_by_role("link", name="Profile").click()
    tab.get_by_role("link", name="Sessions").click()
    expect(tab).to_have_url(re.compile(r"/account/sessions/?$"))


def test_the_first_click_after_a_deployment_leads_where_it_should(tab, person):
    """The files of the next page have new names, so the browser cannot load it and loads the present page anew."""
    sign_in(tab, person)
    gone: list[str] = []

    def once(route: Route) -> None:
        if gone:
            route.continue_()
        else:
            gone.append(route.request.url)
            route.fulfill(status=404)

    tab.route(re.compile("/assets/_account_._sessions[^/]*js"), once)
    tab.get_by_role("link", name="Sessions").click()
    expect(tab).to_have_url(re.compile(r"/account/sessions/?$"))
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()
    assert gone
    tab.reload()
    expect(tab).to_have_url(re.compile(r"/account/sessions/?$"))


KEEP_SET_ITEM = "window.setItem = Storage.prototype.setItem"
"""Before the app puts its own in place, which never fails."""

FULL = """() => {
  for (let size = 1 << 22; size >= 1; size >>= 1) {
    try { for (;;) setItem.call(localStorage, Math.random(), "x".repeat(size)) } catch {}
  }
}"""
DENIED = """
for (const which of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, which, { configurable: true, get() { throw new DOMException("denied", "SecurityError") } });
}
"""


@pytest.mark.parametrize("fault", ["full from the start", "full since", "denied"])
def test_where_nothing_can_be_stored_the_page_says_so_and_works_until_it_is_left(tab, person, fault):
    tab.context.add_init_script(DENIED if fault == "denied" else KEEP_SET_ITEM)
    tab.goto("login?next=/account")
    says = tab.get_by_text("leaving or reloading this page will log you out")
    if fault != "denied":
        tab.evaluate(FULL)
    if fault == "full from the start":
        tab.reload()
    if fault != "full since":
        expect(says).to_be_visible()
    fill_in(tab, person)
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    expect(says).to_be_visible()
    for _ in range(2):
        tab.get_by_role("link", name="Account").click()
        expect(tab.get_by_label("Display name")).to_have_value(person)
        tab.get_by_role("link", name="Activity").click()
        expect(tab.get_by_role("list", name="Events")).to_be_visible()
    tab.reload()
    expect(tab).to_have_url(re.compile("/login"))
    expect(tab.get_by_label("Username")).to_be_visible()


def test_a_form_that_a_password_manager_fills_in_without_a_word_can_be_sent(tab, person):
    tab.goto("login")
    expect(tab.get_by_role("button", name="Log in")).to_be_disabled()
    tab.evaluate(
        "([name, password]) => { username.value = name; document.getElementById('password').value = password }",
        [person, PASSWORD],
    )
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
