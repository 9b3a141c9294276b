"""Logging in with a provider, over HTTP, at real issuers."""

import threading

import pytest

from rxapp.auth.features.providers.routes import programs
from tests.api_in_process import bearer
from tests.features.providers.conftest import NAMES, log_in


@pytest.mark.parametrize("name", NAMES)
def test_whoever_comes_for_the_first_time_has_an_account_afterwards(client, running, served, name):
    running[name].account(f"ada-{name}", email="ada@example.com", email_verified=True, name="Ada Lovelace")
    tokens = log_in(client, name, f"ada-{name}")
    me = client.get("/api/me", headers=bearer(tokens)).json()
    assert me["userName"] == "ada"
    assert me["displayName"] == "Ada Lovelace"
    assert me["amr"] == ["provider"]
    assert client.get("/api/account/email", headers=bearer(tokens)).json() == {"address": "ada@example.com"}


def test_the_beginning_waits_for_no_database_on_the_event_loop(client, monkeypatch):
    loops, begun = [], []
    monkeypatch.setattr(programs, "begin", lambda *_, **__: begun.append(threading.get_ident()) or "http://testserver/")

    async def loop():
        loops.append(threading.get_ident())

    client._portal.call(loop)
    assert client.post("/api/auth/providers/acme/begin", json={}).status_code == 200
    assert begun != loops
