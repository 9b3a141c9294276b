"""A WebSocket client that is nobody calls every event handler there is (S3 in the browser; ASVS 8.3.1)."""

import functools
import json
import subprocess
import sys
import uuid

import pytest
from playwright.sync_api import expect

from rxapp.auth.core.audit.events import EventFilter, EventKind
from tests.e2e.builds import ROOT
from tests.e2e.conftest import PASSWORD, log_in, sign_in, stored
from tests.e2e.database import open_service

LIST_HANDLERS = """
import json
import rxapp.rxapp
from reflex_base.registry import RegistrationContext
from rxapp.auth.web.site.handler_policy import PUBLIC, policy_of
print(json.dumps({
    name: PUBLIC if policy_of(entry.handler.fn) == PUBLIC else sorted(policy_of(entry.handler.fn) or ())
    for name, entry in RegistrationContext.get().event_handlers.items()
    if not entry.states[0].__module__.startswith("reflex")
}))
"""

CALL_EVENTS = """
async ({clientToken, names, boot, path}) => {
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
          const router_data = {pathname: path, asPath: path};
          socket.send("42/_event," + JSON.stringify(["event", {name, payload: boot[name] ?? {}, router_data}]));
        }
      }
      settle();
    };
  });
}
"""


CONNECT = "reflex___state____state.hydrate_and_load"
"""What every page sends first: what its browser holds."""


@functools.cache
def handlers() -> dict[str, str | list[str]]:
    """Every event handler of the app and of `rxapp.auth`, and its policy: "public", or the roles that may call it."""
    environment = {"PATH": "", "DATABASE_URL": "sqlite:///unused.db", "RXAPP_SECRET_KEY": "x" * 40}
    listed = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(listed.stdout.splitlines()[-1])


def call(tab, client_token, names, payloads=None, path="/customers"):
    given = {"clientToken": client_token, "names": list(names), "boot": payloads or {}, "path": path}
    return tab.evaluate(CALL_EVENTS, given)


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


def test_no_handler_does_anything_private_for_nobody(tab):
    tab.goto("/")
    expect(tab.get_by_text("You are not logged in.")).to_be_visible()
    names = handlers()
    assert [name for name, policy in names.items() if policy != "public"], "there are guarded handlers to call"
    payloads = {name: arguments_for(name) for name in names}
    received = call(tab, "11111111-2222-4333-8444-555555555555", [CONNECT, *names], payloads)
    everything = "\n".join(received)
    assert "go_to" in everything, "the guarded ones sent the client to the login page"
    assert "Doe" not in everything
    assert '"in"' not in everything


def test_a_client_that_does_not_even_say_what_it_holds_gets_nothing_at_all(tab):
    tab.goto("/")
    names = handlers()
    received = call(tab, "11111111-2222-4333-8444-666666666666", names, {name: arguments_for(name) for name in names})
    events = [json.loads(each.partition(",")[2]) for each in received if each.startswith("42")]
    assert events, "it is asked to connect"
    assert {event["name"] for _, update in events for event in update["events"]} == {"_remove_session_storage"}
    assert not any(update.get("delta") for _, update in events)


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


def test_a_client_that_has_learned_a_pages_client_token_gets_nothing_of_it(stolen):
    """The client token stands in the WebSocket's URL, so in logs: it must open nothing, even while the person is signed in."""
    client_token, pair, attacker = stolen
    everything = "\n".join(call(attacker, client_token, handlers()))
    assert "Doe" not in everything
    assert pair["jwt"] not in everything
    assert pair["refreshToken"] not in everything


@pytest.mark.parametrize("name", ["hydrate", pytest.param("hydrate_and_load", marks=pytest.mark.thorough)])
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


ADMIN_PAYLOADS = {
    "toggle_role": {"role": "Admin"},
    "add_role": {"form": {"role": "Admin"}},
    "turn_page": {"by": 1},
    "search_for": {"text": ""},
    "filter_by": {"form": {"user": "", "kind": "", "since": "", "until": ""}},
}


class TestReplayedByHand:
    """A person who is signed in sends every event of the administration pages over a WebSocket of their own."""

    @pytest.fixture
    def victim(self, server, person):
        """Another user, who is signed in: their id and the id of their session."""
        with open_service(server) as service:
            user = service.create_user(f"victim-{person}", PASSWORD)
            pair = service.log_in(user.user_name, PASSWORD)
            return user.id, service.access_tokens.identify(pair.access_token).session_id

    def replay(self, tab, victim, only=None):
        names = [name for name, policy in handlers().items() if policy == ["Admin"]]
        auth = next(name for name in handlers() if name.endswith("auth_state.enter")).removesuffix(".enter")
        pair, new_user = stored(tab), f"made-{victim[0]}"
        payloads = {name: ADMIN_PAYLOADS.get(name.rpartition(".")[2], {}) for name in names}
        payloads |= {name: {"session_id": str(victim[1])} for name in names if name.endswith(".end_session")}
        payloads |= {name: {"form": {"username": new_user, "roles": "Admin"}} for name in names if name.endswith(".create")}
        payloads[CONNECT] = {
            "vars": {f"{auth}.jwt_rx_state_": pair["jwt"], f"{auth}.refresh_token_rx_state_": pair["refreshToken"]}
        }
        called = [name for name in names if only is None or name.endswith(only)]
        received = call(tab, str(uuid.uuid4()), [CONNECT, *called], payloads, f"/admin/user?id={victim[0]}")
        return called, "\n".join(received)

    def denials(self, server, user_name):
        with open_service(server) as service:
            user = service.administration.find_user(user_name)
            wanted = EventFilter(user_id=user.id, kind=EventKind.PERMISSION_DENIED)
            return {event.detail for event in service.administration.events(wanted, limit=100)[1]}

    @pytest.mark.unbound
    def test_it_changes_nothing_shows_nothing_and_is_written_down(self, tab, server, person, victim):
        sign_in(tab, person)
        called, received = self.replay(tab, victim)
        with open_service(server) as service:
            user = service.administration.get_user(victim[0])
            assert (user.roles, user.disabled_at) == ([], None)
            assert [session.id for session in service.administration.sessions_of(user.id)] == [victim[1]]
            assert service.administration.find_user(f"made-{victim[0]}") is None
        assert "Ada Admin" not in received
        assert "rxp1_" not in received
        assert len(called) >= 14
        assert {detail.rpartition(".")[2] for detail in self.denials(server, person)} == {
            name.rpartition(".")[2] for name in called
        }

    @pytest.mark.unbound
    def test_the_same_from_an_administrator_does_change_it(self, tab, server, administrator, victim):
        """So that the test above can fail."""
        sign_in(tab, administrator)
        self.replay(tab, victim, only=".disable")
        with open_service(server) as service:
            assert service.administration.get_user(victim[0]).disabled_at is not None
