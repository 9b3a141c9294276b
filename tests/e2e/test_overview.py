"""The overview of the administration: logins, failed ones and refusals as charts and as a table, for administrators only."""

import pytest
from playwright.sync_api import expect

from rxapp.auth import InvalidCredentials
from rxapp.auth.core.audit.events import EventKind
from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, sign_in
from tests.e2e.database import open_service
from tests.thorough import thorough_but_for

OF_THE_CHARTS = "aria-valuetext"
"""Is in their script, and in no other."""


@pytest.fixture
def admin(tab, administrator):
    sign_in(tab, administrator, to="/admin")
    expect(tab.get_by_role("heading", name="Activity")).to_be_visible()
    return tab


def chart(tab, name):
    return tab.get_by_role("slider", name=name, exact=True)


def section(tab, name):
    return tab.locator("section").filter(has=tab.get_by_role("heading", name=name, exact=True))


def number(text):
    return int(text.replace(",", ""))


def total(tab, name):
    """The number in large above the chart."""
    return section(tab, name).locator("p > span").first


def sum_of_bars(tab, name):
    return sum(number(title.rpartition(": ")[2]) for title in chart(tab, name).locator("title").all_text_contents())


def sum_of_column(tab, name):
    """Of the table."""
    table = tab.get_by_role("table")
    column = table.get_by_role("columnheader").all_text_contents().index(name)
    return sum(number(row.locator("th, td").nth(column).text_content()) for row in table.get_by_role("row").all()[1:])


def attempt(server, user_name, *, good, bad):
    with open_service(server) as service:
        for _ in range(good):
            service.log_in(user_name, PASSWORD)
        for _ in range(bad):
            with pytest.raises(InvalidCredentials):
                service.log_in(user_name, "wrong")


@pytest.mark.parametrize("unit", thorough_but_for(("By day",), ("By day", "By hour")))
def test_good_and_failed_logins_appear_in_the_charts_and_in_the_table(admin, server, person, unit):
    admin.get_by_role("button", name=unit).click()
    expect(admin.get_by_role("button", name=unit)).to_have_attribute("aria-pressed", "true")
    good, bad = (number(total(admin, name).text_content()) for name in ("Logins", "Failed logins"))
    attempt(server, person, good=2, bad=3)
    admin.get_by_role("button", name="Refresh").click()
    expect(total(admin, "Logins")).to_have_text(f"{good + 2:,}")
    expect(total(admin, "Failed logins")).to_have_text(f"{bad + 3:,}")
    assert chart(admin, "Logins").locator("[data-index]").count() == (30 if unit == "By day" else 48)
    assert (sum_of_bars(admin, "Logins"), sum_of_bars(admin, "Failed logins")) == (good + 2, bad + 3)

    admin.get_by_text("Show the numbers").click()
    assert (sum_of_column(admin, "Logins"), sum_of_column(admin, "Failed logins")) == (good + 2, bad + 3)


def test_refusals_are_shown_by_reason(admin, server):
    with open_service(server) as service:
        service.record(EventKind.UPLOAD_REFUSED)
    admin.get_by_role("button", name="Refresh").click()
    row = admin.get_by_role("listitem").filter(has_text="Upload without a ticket")
    expect(row).to_be_visible()
    admin.get_by_text("Show the numbers").click()
    assert sum_of_column(admin, "Upload without a ticket") >= 1


@pytest.mark.thorough
def test_the_keys_and_the_mouse_choose_a_bar_and_its_number_and_day_are_told(admin, server):
    logins, card = chart(admin, "Logins"), section(admin, "Logins")
    expect(card.get_by_text("in the last 30 days")).to_be_visible()
    admin.get_by_role("button", name="By hour").focus()
    admin.keyboard.press("Tab")
    expect(logins).to_be_focused()
    today = logins.get_attribute("aria-valuetext")
    expect(card.get_by_text(today.rpartition(":")[0], exact=True)).to_be_visible()
    admin.keyboard.press("ArrowLeft")
    expect(logins).to_have_attribute("aria-valuenow", "28")
    admin.keyboard.press("Home")
    expect(logins).to_have_attribute("aria-valuenow", "0")
    admin.keyboard.press("ArrowLeft")
    expect(logins).to_have_attribute("aria-valuenow", "0")
    admin.keyboard.press("Escape")
    expect(card.get_by_text("in the last 30 days")).to_be_visible()

    assert logins.locator("title").last.text_content() == today
    logins.locator("[data-index='29']").hover()
    expect(card.get_by_text(today.rpartition(":")[0], exact=True)).to_be_visible()


@pytest.mark.thorough
def test_a_finger_chooses_a_bar_too_and_it_stays_chosen(browser, server, administrator):
    phone = browser.new_context(base_url=server.pages_url, has_touch=True, viewport={"width": 390, "height": 844})
    tab = phone.new_page()
    sign_in(tab, administrator, to="/admin")
    bar = chart(tab, "Logins").locator("[data-index='20']")
    bar.tap()
    day = bar.locator("title").text_content().rpartition(":")[0]
    expect(section(tab, "Logins").get_by_text(day, exact=True)).to_be_visible()
    tab.get_by_role("heading", name="Activity").tap()
    expect(section(tab, "Logins").get_by_text("in the last 30 days")).to_be_visible()
    phone.close()


@pytest.mark.thorough
def test_the_figures_are_told_with_what_they_compare(admin):
    figures = admin.locator("dl").filter(has_text="Active sessions")
    for label in ("Users", "Active sessions", "Logins today", "Failed today"):
        expect(figures.get_by_text(label, exact=True)).to_be_visible()
    expect(figures.get_by_text("yesterday by this time")).to_have_count(2)


def test_nothing_is_cut_off_and_axe_finds_nothing(admin, server, person):
    attempt(server, person, good=1, bad=1)
    with open_service(server) as service:
        for kind in (EventKind.THROTTLED, EventKind.UPLOAD_REFUSED, EventKind.DEVICE_PROOF_REFUSED):
            service.record(kind)
    admin.get_by_role("button", name="Refresh").click()
    admin.get_by_text("Show the numbers").click()
    expect(admin.get_by_role("table")).to_be_visible()
    assert_accessible(admin)


def test_it_is_the_first_page_of_the_administration(admin):
    tabs = admin.get_by_role("navigation", name="Administration").get_by_role("link")
    assert tabs.all_text_contents() == ["Overview", "Users", "Events"]
    expect(tabs.first).to_have_attribute("aria-current", "page")


def test_a_user_who_is_no_administrator_is_refused(tab, person):
    sign_in(tab, person)
    tab.goto("/admin")
    expect(tab.get_by_role("heading", name="You do not have access")).to_be_visible()
    assert "Active sessions" not in tab.content()


def test_only_this_page_loads_the_script_of_the_charts(tab, administrator):
    loaded = []
    tab.on("response", lambda response: loaded.append(response) if ".js" in response.url else None)

    def has_charts():
        tab.wait_for_load_state("networkidle")
        return any(OF_THE_CHARTS in response.text() for response in loaded)

    sign_in(tab, administrator, to="/admin/users")
    assert not has_charts()
    tab.get_by_role("link", name="Overview").click()
    expect(tab.get_by_role("heading", name="Activity")).to_be_visible()
    assert has_charts()
