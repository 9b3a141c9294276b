"""Where there is no page, or none for this person, they read so and find a way out."""

from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible


def test_an_address_without_a_page_is_answered_with_404_and_a_page_that_leads_back(tab):
    answer = tab.goto("no-such-page")
    assert answer.status == 404
    expect(tab.get_by_role("heading", name="There is no such page")).to_be_visible()
    assert_accessible(tab)
    tab.get_by_role("link", name="Back to the start").click()
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
