"""A second factor in a session over HTTP: a route that asks for two factors, and the way to give the second one."""

import pytest

import rxapp.auth.http as auth
from rxapp.auth.http.api.app import create_api
from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.one_time_codes import code_at, enrol


@pytest.fixture(autouse=True)
def api(served):
    api = create_api(served.settings, served.features)

    @api.get("/api/vault", dependencies=[auth.require(strength="two factors")])
    async def vault() -> str:
        return "gold"

    return api


@pytest.fixture
def enrolled(service, tokens, clock):
    made = enrol(service, service.verify_access(tokens["token"]), clock)
    clock.move(minutes=1)
    return made


def test_who_has_none_reads_that_there_is_none_to_give(client, tokens):
    refused = client.get("/api/vault", headers=bearer(tokens))
    assert_problem(refused, 401, "two_factors_required")
    assert refused.json()["methods"] == []
    assert 'error="insufficient_user_authentication"' in refused.headers["www-authenticate"]


def test_who_has_one_reads_which_and_a_code_makes_a_new_session_strong_and_the_old_one_dead(client, tokens, enrolled, clock):
    assert client.get("/api/vault", headers=bearer(tokens)).json()["methods"] == ["otp", "recovery"]
    body = {"method": "otp", "code": code_at(enrolled.secret, clock())}
    confirmed = client.post("/api/auth/confirm/second-factor", json=body, headers=bearer(tokens))
    assert (confirmed.status_code, set(confirmed.json())) == (200, {"token", "refreshToken"})
    assert client.get("/api/vault", headers=bearer(confirmed.json())).json() == "gold"
    refused = client.get("/api/vault", headers=bearer(tokens))
    assert_problem(refused, 401, "session_revoked")
    assert refused.json()["reason"] == "second_factor_confirmed"
    rotated = client.post("/api/token/refresh", json=refresh_body(confirmed.json())).json()
    assert client.get("/api/vault", headers=bearer(rotated)).json() == "gold"


def test_a_wrong_code_is_403_so_that_no_client_takes_its_token_for_a_bad_one(client, tokens, enrolled):
    body = {"method": "otp", "code": "000000"}
    assert_problem(client.post("/api/auth/confirm/second-factor", json=body, headers=bearer(tokens)), 403, "wrong_code")
    assert client.get("/api/me", headers=bearer(tokens)).status_code == 200


@pytest.mark.parametrize("body", [{}, {"method": "otp"}, {"method": "otp", "code": 123456}, {"method": "x" * 99, "code": "1"}])
def test_what_is_malformed_is_400(client, tokens, body):
    response = client.post("/api/auth/confirm/second-factor", json=body, headers=bearer(tokens))
    assert_problem(response, 400, "invalid_request")


def test_nobody_gives_a_second_factor_without_a_session(client):
    response = client.post("/api/auth/confirm/second-factor", json={"method": "otp", "code": "000000"})
    assert_problem(response, 401, "invalid_token")
