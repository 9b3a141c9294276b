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
        (1, ["192.0.2.7:40001"], "192.0.2.7"),
        (1, ["[2001:db8::7]:40001"], "2001:db8::7"),
        (1, ["unknown"], PEER),
        (1, ["_hidden"], PEER),
        (1, [f"{SPOOFED}, unknown"], PEER),
        (2, [f"{SPOOFED}, 192.0.2.7:1, 10.0.0.1:2"], "192.0.2.7"),
    ],
)
def test_with_n_trusted_proxies_the_nth_entry_from_the_right_counts(client, service, behind, hops, forwarded_for, address):
    behind(hops)
    assert recorded_address(client, service, forwarded_for) == address


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", ["203.0.113.8:{port}", "[2001:db8::8]:{port}", "unknown", "_{port}"])
def test_a_port_that_changes_does_not_get_around_the_limit_of_wrong_passwords(client, service, behind, form):
    behind(1)
    service.throttle._settings = service.settings.model_copy(update={"login_rate_limit": 5})
    wrong = {"username": "johndoe", "password": "wrong"}
    statuses = [
        client.post("/api/auth/login", json=wrong, headers={"X-Forwarded-For": form.format(port=port)}).status_code
        for port in range(40_001, 40_008)
    ]
    assert statuses == [401] * 5 + [429] * 2
