"""The OpenAPI document: what tools that make clients of it need."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from rxapp.auth import Settings
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.operations.routes import add_operations
from rxapp.demo import api as customers_api


def new_api(**settings: Any) -> FastAPI:
    chosen = Settings(_env_file=None, secret_key="k" * 40, **settings)
    api = create_api(chosen)
    api.include_router(customers_api.router)
    add_operations(api, chosen)
    return api


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    provider = {"issuer": "https://acme.example", "client_id": "rxapp", "client_secret": "s"}
    addresses = {"api_url": "http://testserver", "provider_page": "http://testserver/provider-login"}
    return new_api(email="optional", email_codes=True, providers={"acme": provider}, **addresses).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_says_where_the_api_is_and_whose():
    assert new_api().openapi()["servers"] == [{"url": "/"}]
    document = new_api(public_origins=("https://app.example.com",)).openapi()
    assert document["servers"] == [{"url": "https://app.example.com"}]
    assert document["info"]["contact"]
    assert document["info"]["license"]["identifier"] == "MIT"


def test_each_operation_says_which_tokens_it_takes(document):
    both = [{"accessToken": []}, {"dpop": []}]
    needed = {name: operation["security"] for name, operation in operations(document)}
    open_to_all = {name for name, security in needed.items() if security == []}
    assert all(security in ([], both) for security in needed.values())
    assert open_to_all == {
        "POST /api/auth/email/address",
        "POST /api/auth/email/code",
        "POST /api/auth/email/login",
        "POST /api/auth/email/not-me",
        "POST /api/auth/email/password-reset",
        "POST /api/auth/email/undo",
        "POST /api/auth/login",
        "POST /api/auth/login/continue",
        "POST /api/auth/login/link",
        "POST /api/auth/passkeys/login",
        "POST /api/auth/passkeys/options",
        "GET /api/auth/providers",
        "GET /api/auth/providers/{name}/callback",
        "GET /api/auth/providers/{name}/start",
        "POST /api/auth/providers/login",
        "POST /api/auth/providers/{name}/backchannel-logout",
        "POST /api/auth/providers/{name}/begin",
        "POST /api/auth/second-factor",
        "POST /api/auth/second-factor/enrolment",
        "POST /api/token/refresh",
        "GET /.well-known/webauthn",
        "GET /.well-known/jwks.json",
        "GET /healthz",
        "GET /readyz",
    }
    assert document["components"]["securitySchemes"]["dpop"]["scheme"] == "DPoP"


def test_each_operation_has_a_tag(document):
    described = {tag["name"] for tag in document["tags"]}
    for name, operation in operations(document):
        assert set(operation["tags"]) <= described | {"Customers"}, name


def test_a_problem_is_described_once(document):
    assert document["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "detail", "code"]
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and name != "GET /readyz":
                assert response["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }, (name, status)


def test_a_client_with_a_key_finds_the_header_and_the_nonce(document):
    for path in ("/api/auth/login", "/api/token/refresh", "/api/auth/login/continue"):
        operation = document["paths"][path]["post"]
        assert [parameter["name"] for parameter in operation["parameters"]] == ["DPoP"]
        assert all("DPoP-Nonce" in operation["responses"][status]["headers"] for status in ("200", "400"))


def test_what_must_not_be_empty_says_so(document):
    schemas = document["components"]["schemas"]
    for schema, names in {"LoginRequest": ("username", "password"), "RefreshRequest": ("accessToken", "refreshToken")}.items():
        for name in names:
            assert schemas[schema]["properties"][name]["minLength"] == 1
