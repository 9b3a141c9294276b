"""A service that knows three real issuers, and a browser that goes from one to the other."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from rxapp.auth import AuthService, Settings
from rxapp.auth.http.runtime.service import use_service
from tests.clock import MovableClock
from tests.conftest import NO_LIMITS
from tests.features.providers.issuers import Issuer, issuers, log_in_at
from tests.thorough import thorough_on_postgresql

APP = "http://testserver"
PAGE = "http://pages.example/provider-login"
SECRET = "a secret of the client: with 32 bytes, and more / of them"
NAMES = ("acme", "umbrella", "initech")
WAYS = dict(zip(NAMES, ("client_secret_basic", "client_secret_post", "private_key_jwt"), strict=True))

ON_POSTGRESQL_EACH_TIME = (
    *("test_model.py", "test_back_channel.py::TestALogoutToken", "at_once", "at_that_moment", "AtThatMoment"),
    *("TestTheLastAdministrator", "no_database_stores", "the_longest", "exactly_as_they_are_written", "rolled_it_back"),
    *("with_the_names_the_roles", "who_has_verified_it_there", "to_another_account_there", "added_since", "replaces_it"),
)
"""Where the database has a part in it: its types, its locks, transactions that meet. The rest is about rules and answers."""

_CERTIFICATES = cache(ssl.create_default_context)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    thorough_on_postgresql(items, Path(__file__).parent, ON_POSTGRESQL_EACH_TIME)


@pytest.fixture(autouse=True)
def certificates_read_once(monkeypatch) -> None:
    """That takes longer than all requests of a test."""
    monkeypatch.setattr(ssl, "create_default_context", _CERTIFICATES)


@pytest.fixture
def served(service) -> AuthService:
    """Without the demo's users and customers: whoever is here comes from a provider."""
    use_service(service)
    return service


def callback_at(name: str) -> str:
    return f"{APP}/api/auth/providers/{name}/callback"


@pytest.fixture(scope="session")
def client_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def running(client_key) -> Iterator[dict[str, Issuer]]:
    """Issuers that authenticate this app in three ways, and sign in two."""
    jwk = json.loads(ECAlgorithm.to_jwk(client_key.public_key())) | {"kid": "ours"}
    keys = {"initech": {"jwks": {"keys": [jwk]}, "token_endpoint_auth_signing_alg": "ES256"}}
    clients = {
        name: {
            "client_id": "rxapp",
            "client_secret": SECRET,
            "redirect_uris": [callback_at(name)],
            "token_endpoint_auth_method": WAYS[name],
            "backchannel_logout_session_required": True,
        }
        | keys.get(name, {})
        for name in NAMES
    }
    algorithms = {"acme": "RS256", "umbrella": "ES256", "initech": "EdDSA"}
    with issuers([{"name": name, "clients": [clients[name]], "alg": algorithms[name]} for name in NAMES]) as them:
        yield them


@pytest.fixture
def acme(running) -> Iterator[Issuer]:
    yield running["acme"]
    running["acme"].pause(0)


@pytest.fixture(scope="session")
def settings(running, client_key) -> Settings:
    pem = client_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    secrets = {name: {"client_secret": SECRET} for name in NAMES} | {"initech": {"client_key": pem, "client_key_id": "ours"}}
    return Settings(
        _env_file=None,
        secret_key="k" * 40,
        argon2_memory_kib=8,
        argon2_time_cost=1,
        email="optional",
        api_url=APP,
        provider_page=PAGE,
        public_origins="http://pages.example",
        app_name="Acme",
        providers={
            name: {
                "issuer": running[name].url,
                "client_id": "rxapp",
                "scopes": "openid profile email groups",
                "roles": {"boss": "Admin", "staff": "Manager"} if name == "acme" else {},
                "two_factors_amr": ("mfa",) if name == "acme" else (),
            }
            | secrets[name]
            for name in NAMES
        },
        **NO_LIMITS,
    )


@pytest.fixture
def clock() -> MovableClock:
    """It begins now: a real issuer has no other clock."""
    clock = MovableClock()
    clock.now = datetime.now(UTC)
    return clock


def fragment_of(location: str) -> dict[str, str]:
    """What the page of this app gets."""
    assert location.startswith(f"{PAGE}#"), location
    return dict(parse_qsl(urlsplit(location).fragment))


def go_to_provider(client, name: str, body: dict | None = None, headers: dict | None = None) -> str:
    """Where the browser is sent after the click."""
    begun = client.post(f"/api/auth/providers/{name}/begin", json=body or {}, headers=headers)
    assert begun.status_code == 200, begun.text
    return start(client, begun.json()["url"])


def start(client, url: str) -> str:
    response = client.get(url.removeprefix(APP))
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def come_back(client, location: str) -> dict[str, str]:
    """What the page gets, after the browser has followed the provider's answer."""
    response = client.get(location.removeprefix(APP))
    assert response.status_code == 303, response.text
    return fragment_of(response.headers["Location"])


def ticket_of(client, name: str, login: str | None) -> dict[str, str]:
    """The whole way to the ticket."""
    return come_back(client, log_in_at(go_to_provider(client, name), login))


def log_in(client, name: str, login: str) -> dict[str, str]:
    """The token pair of a login at a provider."""
    response = client.post("/api/auth/providers/login", json={"ticket": ticket_of(client, name, login)["ticket"]})
    assert response.status_code == 200, response.text
    return response.json()
