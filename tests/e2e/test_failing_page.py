"""A page that cannot be drawn: the person is told in words, and whoever runs the app in the log."""

from playwright.sync_api import expect

from tests.e2e.conftest import sign_in

BROKEN = "Intl.RelativeTimeFormat = function () { throw new Error('made to fail') }"
"""Then no page that tells how long ago something was can be drawn."""


def test_it_says_so_without_a_stack_and_can_be_loaded_again(tab, person, server):
    sign_in(tab, person)
    tab.evaluate(f"() => {{ {BROKEN} }}")
    tab.get_by_role("link", name="Sessions").click()
    expect(tab.get_by_role("heading", name="This page could not be shown")).to_be_visible()
    assert "made to fail" not in tab.locator("body").inner_text()
    tab.get_by_role("button", name="Load it again").click()
    expect(tab.get_by_text("This device", exact=True)).to_be_visible()
    log = server.log.read_text()
    assert "A page reports an error in the browser." in log
    assert "made to fail" not in log, "what a browser says may be what anybody wanted it to say"
