"""`examples/minimal`: five lines, and people make accounts, sign in, do what only they may, and sign out."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import stored
from tests.e2e.examples.example_server import ExampleServer

pytestmark = pytest.mark.timeout(300)  # the first test builds

PASSWORD = "correct horse battery staple"
SECRET = "under the third flower pot"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = ExampleServer(tmp_path_factory.mktemp("minimal"), "minimal")
    server.start()
    yield server
    server.stop()


def test_from_the_private_page_to_an_account_and_back_and_out(tab):
    tab.goto("/")
    tab.get_by_role("link", name="To the private page").click()
    expect(tab).to_have_url(re.compile(r"/login/?\?next=/private"))
    tab.get_by_role("link", name="Create an account").click()
    expect(tab.get_by_role("heading", name="Create an account")).to_be_visible()
    tab.get_by_label("Username").fill("anna")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_label("Repeat password").fill(PASSWORD)
    tab.get_by_role("button", name="Create account").click()
    tab.get_by_role("button", name="Reveal the secret").click()
    expect(tab.get_by_role("status").filter(has_text=SECRET)).to_be_visible()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_text("You are logged out.")).to_be_visible()
    assert stored(tab) == {}
    tab.goto("/private")
    tab.get_by_label("Username").fill("anna")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(tab.get_by_role("heading", name="Private")).to_be_visible()
    expect(tab.get_by_text(SECRET)).not_to_be_attached()


def test_the_secret_is_in_no_file_that_a_browser_can_get(server):
    built = [file for file in (server.pages / "build").rglob("*") if file.suffix in (".html", ".js", ".json")]
    assert built
    assert not [file for file in built if SECRET in file.read_text()]
