"""Passkeys over HTTP: alone, after a password, and to confirm who one is."""

import json

import pytest

from rxapp.auth import AuthService
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.features.passkeys.rules import ceremonies, own_passkeys
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem, bearer
from tests.authenticator import add_passkey
from tests.conftest import PASSWORD

OPTIONS, LOGIN = "/api/auth/passkeys/options", "/api/auth/passkeys/login"
CONFIRM = "/api/auth/confirm/pop"


@pytest.fixture
def identity(served):
    return served.verify_access(served.log_in("johndoe", PASSWORD, NO_CLIENT).access_token)


@pytest.fixture
def phone(served, identity):
    return add_passkey(served, identity)


def log_in(client, phone, **wrong):
    options = client.post(OPTIONS, json={}).json()
    return client.post(LOGIN, json={"credential": json.loads(phone.get(options, **wrong))})


def test_a_passkey_alone_gives_a_pair(client, phone):
    answer = log_in(client, phone)
    assert answer.status_code == 200
    me = client.get("/api/me", headers=bearer(answer.json()))
    assert (me.json()["userName"], me.json()["amr"]) == ("johndoe", ["pop", "mfa"])


def test_a_wrong_one_is_a_refused_login(client, phone):
    assert_problem(log_in(client, phone, signature=b"x" * 70), 401, "wrong_passkey")


@pytest.mark.parametrize("body", [{}, {"credential": "x"}, {"credential": None}, [], {"credential": []}])
def test_what_is_malformed_is_400(client, phone, body):
    assert_problem(client.post(LOGIN, json=body), 400, "invalid_request")


@pytest.mark.parametrize("credential", [{}, {"response": "\0"}, {"id": "x" * 9_000}])
def test_what_no_browser_sends_is_401(client, phone, credential):
    assert_problem(client.post(LOGIN, json={"credential": credential}), 401, "wrong_passkey")


def test_after_a_password_it_completes_the_login(client, served, identity, phone):
    own_passkeys.ask_after_password(served, identity, asks=True)
    refused = client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD})
    assert_problem(refused, 401, "second_factor_required")
    assert refused.json()["methods"] == ["pop"]
    pending = refused.json()["pendingLogin"]
    options = client.post(OPTIONS, json={"pendingLogin": pending}).json()
    assert len(options["allowCredentials"]) == 1
    body = {"pendingLogin": pending, "method": "pop", "code": phone.get(options)}
    done = client.post("/api/auth/second-factor", json=body)
    assert client.get("/api/me", headers=bearer(done.json())).json()["amr"] == ["pwd", "pop", "mfa"]
    assert_problem(client.post("/api/auth/second-factor", json=body), 401, "wrong_passkey")


def test_options_for_a_pending_login_that_is_none_are_refused(client):
    assert_problem(client.post(OPTIONS, json={"pendingLogin": "rxl1_AAAA"}), 400, "login_expired")


def test_it_confirms_who_one_is(client, served, phone):
    pair = log_in(client, phone).json()
    served.clock.move(hours=1)
    pair = client.post("/api/token/refresh", json={"accessToken": pair["token"], "refreshToken": pair["refreshToken"]}).json()
    options = client.post(f"{CONFIRM}/options", headers=bearer(pair)).json()
    assert_problem(client.post(CONFIRM, headers=bearer(pair), json={"answer": "{}"}), 403, "wrong_passkey")
    confirmed = client.post(CONFIRM, headers=bearer(pair), json={"answer": phone.get(options)})
    assert confirmed.status_code == 200
    me = client.get("/api/me", headers=bearer(confirmed.json())).json()
    assert me["authenticatedAt"] == served.clock().isoformat().replace("+00:00", "Z")


def test_without_the_extra_all_of_it_is_unavailable(client, phone, monkeypatch):
    options = client.post(OPTIONS, json={}).json()
    monkeypatch.setattr(ceremonies, "find_spec", lambda _: None)
    assert_problem(client.post(OPTIONS, json={}), 503, "passkeys_unavailable")
    body = {"credential": json.loads(phone.get(options))}
    assert_problem(client.post(LOGIN, json=body), 503, "passkeys_unavailable")


class TestRelatedOrigins:
    def test_there_are_none_by_default(self, client):
        assert client.get("/.well-known/webauthn").status_code == 404

    def test_those_of_the_settings_are_told_to_browsers(self, client, served):
        settings = served.settings.model_copy(update={"passkey_origins": ("https://example.org",)})
        use_service(AuthService(settings, served.database, served.clock))
        assert client.get("/.well-known/webauthn").json() == {"origins": ["https://example.org"]}
