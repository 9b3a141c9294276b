"""Adding a second factor in the middle of a login over HTTP, for whoever must have one and has none."""

import pytest

from rxapp.auth import AuthService
from rxapp.auth.core.settings.second_factor_policy import SecondFactorPolicy
from rxapp.auth.http.api.app import create_api
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.one_time_codes import code_at

ORIGIN, LOGIN = "http://testserver", "/api/auth/login"


@pytest.fixture(autouse=True)
def api(served):
    settings = served.settings.model_copy(
        update={"second_factor": SecondFactorPolicy(is_for_all=True), "public_origins": (ORIGIN,)}
    )
    strict = AuthService(settings, served.database, served.clock)
    use_service(strict)
    return create_api(settings, strict.features)


@pytest.fixture
def pending(client):
    refused = client.post("/api/auth/login", json={"username": "johndoe", "password": PASSWORD})
    assert_problem(refused, 403, "login_incomplete")
    assert (refused.json()["stage"], refused.json()["methods"]) == ("second_factor_enrolment", ["otp"])
    return refused.json()["pendingLogin"]


def begin(client, pending, method="otp"):
    return client.post("/api/auth/second-factor/enrolment", json={"pendingLogin": pending, "method": method})


def test_the_secret_is_given_a_code_adds_it_and_the_answer_has_the_recovery_codes(client, pending, clock):
    shown = begin(client, pending)
    assert (set(shown.json()), shown.headers["cache-control"]) == ({"secret", "uri"}, "no-store")
    answers = {"method": "otp", "code": code_at(shown.json()["secret"], clock())}
    done = client.post("/api/auth/login/continue", json={"pendingLogin": pending, "answers": answers})
    assert len(done.json()["recoveryCodes"]) == 10
    assert client.get("/api/me", headers=bearer(done.json())).json()["amr"] == ["pwd", "otp", "mfa"]


def test_what_is_wrong_is_refused(client, pending):
    assert_problem(begin(client, pending, "pop"), 401, "wrong_code")
    assert_problem(begin(client, "rxl1_forged"), 400, "login_expired")
    assert_problem(client.post("/api/auth/second-factor/enrolment", json={}), 400, "invalid_request")
    answers = {"method": "otp", "code": "000000"}
    body = {"pendingLogin": pending, "answers": answers}
    assert_problem(client.post("/api/auth/login/continue", json=body), 401, "wrong_code")


def test_a_proof_of_the_clients_key_counts_once(client, clock):
    """A page's secret would be given to whoever has read one of its requests."""
    key, path = DeviceKey(), "/api/auth/second-factor/enrolment"
    nonce = client.post(path, json={}, headers={"DPoP": key.proof("POST", ORIGIN + path, clock())}).headers["DPoP-Nonce"]
    login = key.proof("POST", ORIGIN + LOGIN, clock(), nonce=nonce)
    refused = client.post(LOGIN, json={"username": "johndoe", "password": PASSWORD}, headers={"DPoP": login})
    body = {"pendingLogin": refused.json()["pendingLogin"], "method": "otp"}
    proof = {"DPoP": key.proof("POST", ORIGIN + path, clock(), nonce=nonce)}
    assert client.post(path, json=body, headers=proof).status_code == 200
    assert_problem(client.post(path, json=body, headers=proof), 400, "invalid_dpop_proof")
    assert_problem(client.post(path, json=body), 400, "invalid_dpop_proof")
