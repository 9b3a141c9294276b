"""Logging in with a provider where each step of it may come to another worker, on Redis and PostgreSQL, behind nginx."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import expect_login_with, expect_to_leave
from tests.e2e.neighbours_server import CLIENT_SECRET, provider_environment
from tests.e2e.production_server import WORKERS, ProductionServer
from tests.e2e.server import free_port
from tests.e2e.test_production import tab_on_each_worker
from tests.features.providers.issuers import issuers

pytestmark = [pytest.mark.production, pytest.mark.timeout(600)]

STEPS = ("start", "callback", "ticket")
LOGINS = 6
MOST_LOGINS = 30


class ProvidersServer(ProductionServer):
    """With a provider, Acme."""

    def __init__(self, directory, postgresql_url, port=None):
        super().__init__(directory, postgresql_url, port)
        self.provider_port = free_port()
        self.steps = directory / "steps"

    def _environment(self, is_built):
        return super()._environment(is_built) | {
            "REFLEX_APP_MODULE_IMPORT": "tests.e2e.providers_app",
            "RXAPP_TEST_STEPS_FILE": str(self.steps),
            "RXAPP_PUBLIC_ORIGINS": self.url,
            **provider_environment({"acme": self.provider_port}),
        }

    def taken_steps(self):
        """Each step with the process that has taken it, in order."""
        return [tuple(line.split()) for line in self.steps.read_text().splitlines()]


@pytest.fixture(scope="module")
def server(tmp_path_factory, postgresql_url):
    server = ProvidersServer(tmp_path_factory.mktemp("providers"), postgresql_url)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def acme(server, monkeypatch):
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(server.certificate))
    at = f"{server.url}/api/auth/providers/acme"
    client = {
        "client_id": "rxapp",
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [f"{at}/callback"],
        "backchannel_logout_uri": f"{at}/backchannel-logout",
        "backchannel_logout_session_required": True,
    }
    with issuers([{"name": "acme", "port": server.provider_port, "clients": [client]}]) as them:
        yield them["acme"]


def log_in(tab):
    tab.goto("account")
    tab.wait_for_function("() => sessionStorage.getItem('token') !== null")
    tab.get_by_role("button", name="Continue with Acme").click()
    tab.get_by_label("Login").fill("ada")
    tab.get_by_role("button", name="Continue", exact=True).click()
    expect(tab).to_have_url(re.compile("/account/?$"))
    expect(tab.get_by_role("button", name="Log out")).to_be_visible()


def test_one_logs_in_whichever_worker_each_step_comes_to(browser, server, acme):
    acme.account("ada", preferred_username="ada", name="Ada Lovelace")
    for number in range(1, MOST_LOGINS + 1):
        context = browser.new_context(base_url=server.pages_url)
        log_in(context.new_page())
        context.close()
        taken = server.taken_steps()
        if number >= LOGINS and len(set(taken)) == len(STEPS) * WORKERS:
            break
    assert len(set(taken)) == len(STEPS) * WORKERS, "each step has come to each worker"
    assert [step for step, _ in taken] == list(STEPS) * number


def test_a_logout_at_the_provider_reaches_the_pages_on_every_worker_within_a_second(tab, profile, server, acme):
    log_in(tab)
    tabs = tab_on_each_worker(profile)
    assert [each.get("error") for each in acme.log_out("ada")] == [None]
    expect_to_leave("logged_out_at_provider", *tabs.values())
    for each in tabs.values():
        expect_login_with(each, "logged_out_at_provider", "because you have logged out at your provider")
