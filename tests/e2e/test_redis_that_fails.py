"""A Redis that is there and does not do its work: pages say so, go on by themselves, and nobody is logged out."""

import time
from collections.abc import Callable, Iterator

import pytest
import redis
from filelock import FileLock
from playwright.sync_api import expect

from chaos.redis_server import RedisServer
from tests.e2e.conftest import PASSWORD, sign_in, start_with_pages_of_the_first
from tests.e2e.server import Server
from tests.thorough import thorough_but_for

LINES_A_SECOND = 3
"""At most so many in the log, with one page open: an outage must not fill the disk."""


class ServerWithRedis(Server):
    redis_url = ""

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {"REDIS_URL": self.redis_url, "GRANIAN_WORKERS": "1"}


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server(redis_server, tmp_path_factory, of_all_workers) -> Iterator[Server]:
    server = ServerWithRedis(tmp_path_factory.mktemp("server-with-redis"))
    server.redis_url = redis_server.url
    with FileLock(of_all_workers / "pages-of-the-first.lock"):
        start_with_pages_of_the_first(server, of_all_workers / "pages-of-the-first.json")
    yield server
    server.stop()


def out_of_memory(client: redis.Redis) -> Callable[[], object]:
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1")
    return lambda: client.config_set("maxmemory", "0")


def read_only(client: redis.Redis) -> Callable[[], object]:
    """As after a failover, when a client still has the old master."""
    client.execute_command("REPLICAOF", "127.0.0.1", "1")
    return lambda: client.execute_command("REPLICAOF", "NO", "ONE")


def another_password(client: redis.Redis) -> Callable[[], object]:
    client.config_set("requirepass", "another")
    client.client_kill_filter(_type="normal", skipme=True)

    def mend() -> None:
        client.execute_command("AUTH", "another")
        client.config_set("requirepass", "")

    return mend


FAULTS = {"OOM": out_of_memory, "READONLY": read_only, "NOAUTH": another_password}


@pytest.mark.parametrize("fault", thorough_but_for(("OOM",), FAULTS))
def test_that_takes_no_writes_is_told_in_a_sentence_and_what_was_begun_goes_on_afterwards(
    fault, redis_server, tab, profile, person, server
):
    sign_in(tab, person)
    at_login = profile.browser.new_context(base_url=server.pages_url).new_page()
    at_login.goto("login")
    at_login.get_by_label("Username").fill(person)
    at_login.get_by_label("Password").fill(PASSWORD)
    client = redis.Redis.from_url(redis_server.url, single_connection_client=True)
    mend = fault(client)
    lines, began = len(server.log.read_text().splitlines()), time.monotonic()
    try:
        at_login.get_by_role("button", name="Log in").click()
        arriving = profile.new_page()
        arriving.goto("account")
        for page in (at_login, arriving):
            expect(page.get_by_role("alert").filter(has_text="The connection was lost at the last moment.")).to_be_visible()
        expect(at_login.get_by_role("button", name="Log in")).to_be_enabled()
        log = server.log.read_text()
        assert "Traceback" not in log
        written = [line for line in log.splitlines()[lines:] if "rxapp.requests" not in line]
        assert len(written) < 10 + LINES_A_SECOND * (time.monotonic() - began), written
    finally:
        mend()
    expect(arriving.get_by_label("Display name")).to_have_value(person)
    at_login.get_by_role("button", name="Log in").click()
    expect(at_login.get_by_role("button", name="Log out")).to_be_visible()
    tab.get_by_role("link", name="Activity").click()
    expect(tab.get_by_role("list", name="Events")).to_be_visible()
    at_login.context.close()
