"""Hostile tokens of every kind, reported by a browser as what its storage holds: nobody is signed in by one, nothing breaks."""

import json
import re
import uuid
from collections.abc import Iterator
from itertools import groupby

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import EXPIRED, PASSWORD, USER
from tests.e2e.database import open_service
from tests.hostile_tokens import ACCESS, ACCESS_HALF, REFRESH_HALF, Corpus, Hostile

AT_ONCE = 24

STATE = "reflex___state____state"
AUTH = f"{STATE}.rxapp___auth___web___auth_state___state____auth_state"
CONNECT = f"{STATE}.hydrate_and_load"
EVENTS = [CONNECT, f"{AUTH}.enter", f"{STATE}.rxapp___demo___pages___customers___state____customers_state.load"]

HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")

CALL_ON_MANY = """
text => Promise.all(JSON.parse(text).map(({clientToken, events}) => new Promise((resolve, reject) => {
  // Socket.IO by hand: no client code of the app's own takes part.
  const url = `${location.origin.replace("http", "ws")}/_event/?token=${clientToken}&EIO=4&transport=websocket`;
  const socket = new WebSocket(url);
  const received = [];
  const finish = () => { socket.close(); resolve(received.join("\\n")); };
  const patience = setTimeout(finish, 15_000);
  socket.onerror = () => reject(new Error("refused"));
  socket.onmessage = ({data}) => {
    if (data === "2") { socket.send("3"); return; }
    received.push(data);
    if (data.startsWith("0")) socket.send("40/_event,{}");
    if (data.startsWith("40/_event")) {
      for (const event of events) socket.send("42/_event," + JSON.stringify(["event", event]));
    }
    if (data.includes("go_to") || data.includes("Doe")) { clearTimeout(patience); setTimeout(finish, 300); }
  };
})))
"""
"""Its argument is an array as JSON. Each client answers when it was sent away or was shown something."""


def representatives(corpus: Corpus, of_each_kind: int, *roles: str) -> Iterator[Hostile]:
    """Some of each kind, from its beginning to its end, that are hostile in these roles."""
    chosen = [hostile for hostile in corpus if set(roles) <= set(hostile.roles) and not HALF_A_CHARACTER.search(hostile.token)]
    for _, of_kind in groupby(sorted(chosen, key=lambda hostile: hostile.kind), key=lambda hostile: hostile.kind):
        tokens = list(of_kind)
        yield from tokens[:: -(-len(tokens) // of_each_kind)]


def answers_to(tab, pairs: list[dict[str, str]]) -> list[str]:
    """What the server sends to WebSocket clients of which each reports a pair as its storage and asks for the customers."""
    calls = []
    for pair in pairs:
        reported = {f"{AUTH}.jwt_rx_state_": pair["jwt"], f"{AUTH}.refresh_token_rx_state_": pair["refreshToken"]}
        payloads = {CONNECT: {"vars": reported}}
        router_data = {"pathname": "/customers", "asPath": "/customers"}
        events = [{"name": name, "payload": payloads.get(name, {}), "router_data": router_data} for name in EVENTS]
        calls.append({"clientToken": str(uuid.uuid4()), "events": events})
    batches = [calls[start : start + AT_ONCE] for start in range(0, len(calls), AT_ONCE)]
    return [answer for batch in batches for answer in tab.evaluate(CALL_ON_MANY, json.dumps(batch))]


@pytest.fixture
def pair(api) -> dict[str, str]:
    tokens = api.post("/api/auth/login", json={"username": USER, "password": PASSWORD}).json()
    return {"jwt": tokens["token"], "refreshToken": tokens["refreshToken"]}


@pytest.fixture
def corpus(server, pair) -> Iterator[Corpus]:
    with open_service(server) as service:
        yield Corpus(service, pair["jwt"], pair["refreshToken"])


@pytest.fixture
def no_new_traceback(server):
    logs = getattr(server, "logs", None) or [server.log]
    lengths = {log: log.stat().st_size for log in logs}
    yield
    assert not [log for log in logs if b"Traceback" in log.read_bytes()[lengths[log] :]]


def test_a_genuine_pair_signs_in_over_such_a_client(tab, pair):
    """So that the test below can fail."""
    tab.goto("/login")
    (answer,) = answers_to(tab, [pair])
    assert '"in"' in answer
    assert "John Doe" in answer


@pytest.mark.usefixtures("no_new_traceback")
def test_each_leads_to_the_login_page_and_the_genuine_session_lives_on(tab, server, api, pair, corpus):
    tab.goto("/login")
    access = list(representatives(corpus, 2, ACCESS, ACCESS_HALF))
    refresh = list(representatives(corpus, 1, REFRESH_HALF))
    assert len(access) + len(refresh) > 60
    server.move_clock(EXPIRED)
    answers = answers_to(
        tab,
        [pair | {"jwt": hostile.token} for hostile in access] + [pair | {"refreshToken": hostile.token} for hostile in refresh],
    )
    for hostile, answer in zip([*access, *refresh], answers, strict=True):
        assert "go_to" in answer, (hostile, answer)
        assert "/login" in answer, hostile
        assert '"in"' not in answer, hostile
        assert "Doe" not in answer, hostile
    body = {"accessToken": pair["jwt"], "refreshToken": pair["refreshToken"]}
    assert api.post("/api/token/refresh", json=body).status_code == 200


def test_half_a_character_in_storage_leads_to_the_login_page(tab):
    tab.goto("/login")
    tab.evaluate("for (const key of ['jwt', 'refreshToken']) localStorage.setItem(key, 'rxr1_\\ud800')")
    tab.goto("/customers")
    expect(tab.get_by_label("Username")).to_be_visible()
