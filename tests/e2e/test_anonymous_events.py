"""A WebSocket client that is nobody calls every event handler there is (S3 in the browser; ASVS 8.3.1)."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import log_in, stored
from tests.e2e.server import ROOT

LIST_HANDLERS = """
import json
import rxapp.rxapp
from reflex_base.registry import RegistrationContext
from rxapp.auth.web.policy import PUBLIC, policy_of
print(json.dumps({
    name: policy_of(entry.handler.fn) == PUBLIC
    for name, entry in RegistrationContext.get().event_handlers.items()
    if not entry.states[0].__module__.startswith("reflex")
}))
"""

CALL_EVENTS = """
async ({clientToken, names, boot}) => {
  // Socket.IO by hand: no client code of the app's own takes part.
  const url = `${location.origin.replace("http", "ws")}/_event/?token=${clientToken}&EIO=4&transport=websocket`;
  const socket = new WebSocket(url);
  const received = [];
  let quiet;
  return await new Promise((resolve, reject) => {
    const settle = () => { clearTimeout(quiet); quiet = setTimeout(() => { socket.close(); resolve(received) }, 700); };
    socket.onerror = () => reject(new Error("refused"));
    socket.onmessage = ({data}) => {
      if (data === "2") { socket.send("3"); return; }
      received.push(data);
      if (data.startsWith("0")) socket.send("40/_event,{}");
      if (data.startsWith("40/_event")) {
        for (const name of names) {
          const router_data = {pathname: "/customers", asPath: "/customers"};
          socket.send("42/_event," + JSON.stringify(["event", {name, payload: boot[name] ?? {}, router_data}]));
        }
      }
      settle();
    };
  });
}
"""


def handlers(tmp_path) -> dict[str, bool]:
    """Every event handler of the app and of `rxapp.auth`, and whether it is public."""
    environment = {"PATH": "", "DATABASE_URL": f"sqlite:///{tmp_path}/unused.db", "RXAPP_SECRET_KEY": "x" * 40}
    listed = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(listed.stdout.splitlines()[-1])


def call(tab, client_token, names, payloads=None):
    return tab.evaluate(CALL_EVENTS, {"clientToken": client_token, "names": list(names), "boot": payloads or {}})


def arguments_for(name):
    if name.endswith("filter_by"):
        return {"text": ""}
    if name.endswith(("customers_state.add", "customers_state.rename")):
        return {"form": {"number": "0", "id": "0", "name": "Mallory Doe"}}
    if name.endswith(("start_renaming", "start_removing", "customers_state.remove")):
        return {"customer_id": 0 if name.endswith("remove") else 1}
    if name.endswith("submit"):
        return {"form": {"username": "johndoe", "password": "wrong"}}
    return {}


def test_no_handler_does_anything_private_for_nobody(tab, tmp_path):
    tab.goto("/")
    expect(tab.get_by_text("You are not signed in.")).to_be_visible()
    names = handlers(tmp_path)
    assert [name for name, is_public in names.items() if not is_public], "there are guarded handlers to call"
    received = call(tab, "11111111-2222-4333-8444-555555555555", names, {name: arguments_for(name) for name in names})
    everything = "\n".join(received)
    assert "_redirect" in everything, "the guarded ones sent the client to the login page"
    assert "Doe" not in everything
    assert '"in"' not in everything


@pytest.fixture
def stolen(profile):
    """The client token of a page where a person signed in and that was closed, the tokens stored there, and an attacker."""
    page = profile.new_page()
    log_in(page)
    client_token, pair = page.evaluate("sessionStorage.getItem('token')"), stored(page)
    page.close()
    context = profile.browser.new_context(base_url=page.url)
    attacker = context.new_page()
    attacker.goto("/login")
    yield client_token, pair, attacker
    context.close()


def test_a_client_that_has_learned_a_pages_client_token_gets_nothing_of_it(stolen, tmp_path):
    """The client token stands in the WebSocket's URL, so in logs: it must open nothing, even while the person is signed in."""
    client_token, pair, attacker = stolen
    everything = "\n".join(call(attacker, client_token, handlers(tmp_path)))
    assert "Doe" not in everything
    assert pair["jwt"] not in everything
    assert pair["refreshToken"] not in everything


@pytest.mark.parametrize("name", ["hydrate", "hydrate_and_load"])
def test_the_same_client_gets_nothing_by_asking_for_the_whole_state(stolen, name):
    client_token, pair, attacker = stolen
    everything = "\n".join(call(attacker, client_token, [f"reflex___state____state.{name}"]))
    assert "Doe" not in everything
    assert pair["jwt"] not in everything


def test_cors_names_no_foreign_origin(api):
    """Reflex's own default is any origin, with credentials."""
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in api.options("/api/auth/login", headers=preflight).headers
    assert "access-control-allow-origin" not in api.get("/api/customers", headers={"Origin": "https://evil.example"}).headers


def test_a_web_socket_from_another_origin_is_refused(tab, server):
    """A page of any other site must not be able to open one with the browser of a person who visits it."""
    import httpx

    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x" * 22 + "==",
    }
    url = f"{server.url}/_event/?token=x&EIO=4&transport=websocket"
    assert httpx.get(url, headers=handshake | {"Origin": "https://evil.example"}).status_code in (400, 403)
    assert httpx.get(url, headers=handshake | {"Origin": server.url}).status_code == 101
