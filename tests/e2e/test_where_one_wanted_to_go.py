"""Nobody ends up elsewhere than where they wanted to go: through a log-in, a deployment, an address with a fragment."""

import re
import secrets

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PASSWORD, sign_in
from tests.thorough import thorough_but_for

PASSPHRASE = "correct horse battery staple"


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


def test_the_page_that_was_wanted_survives_a_registration_and_the_links_between_our_pages(tab):
    tab.goto("account/sessions?a=b#there")
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()
    tab.get_by_role("link", name="Log in").click()
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()
    expect(tab.get_by_role("link", name="Create an account")).to_have_attribute(
        "href", re.compile(r"\?next=%2Faccount%2Fsessions")
    )
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()  # the page before has a Username too
    tab.get_by_label("Username").fill(f"walker-{secrets.token_hex(4)}")
    tab.locator("input[name=new_password]").fill(PASSPHRASE)
    tab.locator("input[name=new_password_again]").fill(PASSPHRASE)
    tab.get_by_role("button", name="Create account").click()
    expect(tab).to_have_url(re.compile(r"/account/sessions/?\?a=b#there$"))
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()


def test_a_registration_leads_to_no_other_site(tab):
    tab.goto("register?next=//evil.example.com/")
    tab.get_by_label("Username").fill(f"walker-{secrets.token_hex(4)}")
    tab.locator("input[name=new_password]").fill(PASSPHRASE)
    tab.locator("input[name=new_password_again]").fill(PASSPHRASE)
    tab.get_by_role("button", name="Create account").click()
    expect(tab.get_by_text("You are logged in as walker-")).to_be_visible()


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
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()  # else the way there may still be going on
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


def test_a_page_that_can_never_be_loaded_is_not_loaded_again_and_again(tab, person):
    sign_in(tab, person)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=404)

    tab.route(re.compile("/assets/_account_._sessions[^/]*js"), refuse)
    tab.get_by_role("link", name="Sessions").click()
    with tab.expect_event("domcontentloaded"), tab.expect_event("domcontentloaded", lambda _: len(asked) >= 2):
        pass
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    tab.unroute_all()
    tab.get_by_role("link", name="Activity").click()
    expect(tab.get_by_role("list", name="Events")).to_be_visible()
    assert len(asked) <= 3


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


@pytest.mark.parametrize("fault", thorough_but_for(("full since",), ("full from the start", "full since", "denied")))
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
        tab.get_by_role("button", name="Your account").click()
        tab.get_by_role("link", name="Account").click()
        expect(tab.get_by_label("Display name")).to_have_value(person)
        tab.get_by_role("link", name="Activity").click()
        expect(tab.get_by_role("list", name="Events")).to_be_visible()
    tab.reload()
    expect(tab).to_have_url(re.compile("/login"))
    expect(tab.get_by_label("Username")).to_be_visible()


def test_what_another_tab_stores_counts_more_than_what_this_one_keeps_in_memory(tab, profile, person, other_person):
    tab.context.add_init_script(KEEP_SET_ITEM)
    tab.goto("login?next=/account")
    tab.evaluate(FULL)
    fill_in(tab, person)
    expect(tab.get_by_label("Display name")).to_have_value(person)
    assert tab.evaluate("Object.keys(localStorage).includes('refreshToken')") is False
    second = profile.new_page()
    second.goto("login?next=/account")
    second.evaluate("Object.keys(localStorage).forEach(name => localStorage.removeItem(name))")
    fill_in(second, other_person)
    for each in (second, tab):
        expect(each.get_by_label("Display name")).to_have_value(other_person)


def test_an_app_still_hears_that_its_own_data_found_no_room(tab):
    tab.context.add_init_script(KEEP_SET_ITEM)
    tab.goto("login")
    tab.evaluate(FULL)
    store = "localStorage.setItem('draft', 'x'.repeat(9999))"
    heard = tab.evaluate(f"(() => {{ try {{ {store} }} catch (error) {{ return error.name }} }})()")
    assert heard == "QuotaExceededError"
    assert tab.evaluate("localStorage.getItem('draft')") is None


def test_a_form_that_a_password_manager_fills_in_without_a_word_can_be_sent(tab, person):
    tab.goto("login")
    expect(tab.get_by_role("button", name="Log in")).to_be_disabled()
    tab.evaluate(
        "([name, password]) => { username.value = name; document.getElementById('password').value = password }",
        [person, PASSWORD],
    )
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
