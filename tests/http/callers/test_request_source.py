"""The address of a client behind proxies: what our own proxies say counts, what the client says of itself does not."""

import pytest

from rxapp.auth.core.audit.events import EventFilter

SPOOFED = "6.6.6.6"
PEER = "127.0.0.1"
"""Whom httpx says the in-process client is."""


def recorded_address(client, service, forwarded_for):
    headers = [("X-Forwarded-For", value) for value in forwarded_for]
    client.post("/api/auth/login", json={"username": "johndoe", "password": "def@123"}, headers=headers)
    _, (login, *_) = service.administration.events(EventFilter(kind="login"), limit=1)
    return login.address


@pytest.fixture
def behind(service):
    """Set how many proxies of ours there are."""

    def behind(hops):
        service.settings = service.settings.model_copy(update={"trusted_proxy_hops": hops})

    return behind


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("hops", "forwarded_for", "address"),
    [
        (0, [SPOOFED], PEER),
        (1, [], PEER),
        (1, ["192.0.2.7"], "192.0.2.7"),
        (1, [f"{SPOOFED}, 192.0.2.7"], "192.0.2.7"),
        (1, [f"{SPOOFED}", "192.0.2.7"], "192.0.2.7"),
        (1, [f"192.0.2.7, {SPOOFED}, 192.0.2.8"], "192.0.2.8"),
        (2, [f"{SPOOFED}, 192.0.2.7, 10.0.0.1"], "192.0.2.7"),
        (2, [SPOOFED, "192.0.2.7", "10.0.0.1"], "192.0.2.7"),
        (2, ["10.0.0.1"], PEER),
        (2, [" , 192.0.2.7 ,, 2001:db8::1"], "192.0.2.7"),
        (1, [","], PEER),
    ],
)
def test_with_n_trusted_proxies_the_nth_entry_from_the_right_counts(client, service, behind, hops, forwarded_for, address):
    behind(hops)
    assert recorded_address(client, service, forwarded_for) == address


def test_reflex_counts_the_same_way(monkeypatch, settings):
    """Its pages and our API must see one address, for limits are kept by it."""
    import reflex.app as reflex_app

    monkeypatch.setattr(reflex_app, "get_config", lambda: type("Config", (), {"trusted_proxy_hops": 2}))
    headers = [(b"x-forwarded-for", f"{SPOOFED}, 192.0.2.7".encode()), (b"x-forwarded-for", b"10.0.0.1")]
    environ = {"asgi.scope": {"client": (PEER, 1), "headers": headers}}
    data = reflex_app.EventNamespace._build_static_router_data(None, "sid", environ)
    assert data["ip"] == "192.0.2.7"
