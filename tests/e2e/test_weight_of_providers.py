"""What the buttons of providers add to the login page on its way to a browser."""

import contextlib

import pytest

from tests.e2e.server import Server
from tests.e2e.test_built_pages import load

pytestmark = [pytest.mark.thorough, pytest.mark.at_root, pytest.mark.timeout(600)]

PROVIDERS = ("github", "google")
"""Those with the longest logos. Of one alone, what all buttons share weighs a little more than is left of its kilobyte."""

MOST_BYTES = 1_000
"""For each button, as they come, headers and what all buttons share included."""


class ServerWithProviders(Server):
    """The same app, where one can log in with others."""

    def _environment(self, is_built):
        options = {"ISSUER": "https://login.example.com", "CLIENT_ID": "rxapp", "CLIENT_SECRET": "unused"}
        named = {f"RXAPP_PROVIDERS__{name.upper()}__{option}": each for name in PROVIDERS for option, each in options.items()}
        return super()._environment(is_built) | named


@pytest.fixture(scope="module")
def server_with_providers(tmp_path_factory):
    server = ServerWithProviders(tmp_path_factory.mktemp("weight"))
    server.start()
    yield server
    server.stop()


def weight_of(browser, server):
    with contextlib.closing(browser.new_context(base_url=server.pages_url)) as context:
        return load(context.new_page(), "/login")


def test_each_button_adds_at_most_a_kilobyte_to_the_login_page(browser, server, server_with_providers):
    without, with_them = weight_of(browser, server), weight_of(browser, server_with_providers)
    added = sum(with_them.values()) - sum(without.values())
    assert 0 < added <= len(PROVIDERS) * MOST_BYTES
