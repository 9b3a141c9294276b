"""Who must have a second factor, and has none, adds an app while they log in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import assert_accessible
from tests.e2e.conftest import PASSWORD, stored
from tests.e2e.database import open_service
from tests.e2e.server import Server
from tests.one_time_codes import code_at

TITLE = "Add a second factor"
MUST_HAVE_TWO_FACTORS = "Guardian"


class StrictServer(Server):
    """Its pages have one form more, so they are built anew."""

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {"RXAPP_SECOND_FACTOR": f"required_for:{MUST_HAVE_TWO_FACTORS}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    server = StrictServer(tmp_path_factory.mktemp("strict-server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def guardian(server, person) -> str:
    with open_service(server) as service:
        user = service.administration.find_user(person)
        service.administration.set_roles(user.id, [MUST_HAVE_TWO_FACTORS])
    return person


def begin(tab, user_name):
    tab.goto("account")
    tab.get_by_label("Username").fill(user_name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(tab.get_by_role("img", name="QR code")).to_be_visible()


def secret_in(tab) -> str:
    expect(tab.locator("code").first).not_to_be_empty()
    return tab.locator("code").first.inner_text().replace(" ", "")


def until_connected_again(tab):
    """`wait_for_function` evaluates text, which the page's policy forbids."""
    while not tab.evaluate("window.sockets.length > 1 && window.sockets.at(-1).readyState === 1"):
        tab.wait_for_timeout(50)


def give_code(tab, code):
    tab.get_by_label("Code", exact=True).fill(code)
    tab.get_by_role("button", name="Confirm").click()


def test_the_app_is_added_its_codes_are_shown_and_one_goes_on_where_one_wanted(tab, guardian, server):
    begin(tab, guardian)
    assert stored(tab) == {}
    assert_accessible(tab)
    give_code(tab, "000000")
    expect(tab.locator("#code-error")).to_have_text("The code is wrong, or it was used before.")
    give_code(tab, code_at(secret_in(tab), server.now()))
    codes = tab.get_by_role("list", name="Your recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    assert_accessible(tab)
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Download").click()
    assert codes.first.inner_text() in saved.value.path().read_text()
    tab.get_by_role("button", name="I have stored them").click()
    expect(tab).to_have_url(re.compile("/account/?$"))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.thorough
def test_a_reload_begins_anew_with_another_secret_and_while_codes_are_shown_it_goes_on(tab, guardian, server):
    begin(tab, guardian)
    first = secret_in(tab)
    tab.reload()
    begin(tab, guardian)
    assert secret_in(tab) != first
    give_code(tab, code_at(secret_in(tab), server.now()))
    expect(tab.get_by_role("list", name="Your recovery codes")).to_be_visible()
    tab.reload()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.thorough
def test_on_a_phone_all_of_it_has_room(tab, guardian, server):
    tab.set_viewport_size({"width": 360, "height": 640})
    begin(tab, guardian)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(tab)
    give_code(tab, code_at(secret_in(tab), server.now()))
    expect(tab.get_by_role("list", name="Your recovery codes")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.thorough
def test_the_only_app_is_not_removed_and_the_page_says_why(tab, guardian, server):
    begin(tab, guardian)
    give_code(tab, code_at(secret_in(tab), server.now()))
    tab.get_by_role("button", name="I have stored them").click()
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()
    tab.goto("account/security")
    apps = tab.get_by_role("list", name="Authenticator apps")
    apps.get_by_role("button", name="Remove").click()
    tab.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(tab.get_by_role("alert").filter(has_text="Your account must have a second factor.")).to_be_visible()
    expect(apps.get_by_role("listitem")).to_have_count(1)


def test_after_a_lost_connection_the_same_secret_is_there_again(tab, guardian, server):
    tab.add_init_script(
        "window.sockets = []; const Socket = window.WebSocket;"
        "window.WebSocket = class extends Socket { constructor(...given) { super(...given); window.sockets.push(this); } };"
    )
    begin(tab, guardian)
    secret = secret_in(tab)
    tab.evaluate("window.sockets.forEach((socket) => socket.close())")
    until_connected_again(tab)
    expect(tab.locator("code").first).to_have_text(" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))
    give_code(tab, code_at(secret, server.now()))
    expect(tab.get_by_role("list", name="Your recovery codes")).to_be_visible()
