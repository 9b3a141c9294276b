"""Trusted devices over HTTP: asked for by a client with a key, listed, and ended."""

import pytest

from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.one_time_codes import code_at, enrol

ORIGIN = "http://testserver"
LOGIN, SECOND_FACTOR, CONTINUE = "/api/auth/login", "/api/auth/second-factor", "/api/auth/login/continue"
NAME = {"username": "johndoe", "password": PASSWORD}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"public_origins": (ORIGIN,)})


@pytest.fixture
def app_of_john(service, tokens, clock):
    made = enrol(service, service.verify_access(tokens["token"]), clock)
    clock.move(minutes=1)
    return made


@pytest.fixture
def post(client, service, clock):
    """POST with a proof of a key, if there is one."""

    def post(path, body, key=None):
        if key is None:
            return client.post(path, json=body)
        url = ORIGIN + path
        proof = key.proof("POST", url, clock(), nonce=service.dpop.new_nonce())
        return client.post(path, json=body, headers={"DPoP": proof})

    return post


def log_in(post, app_of_john, clock, key, **more):
    pending = post(LOGIN, NAME, key).json()["pendingLogin"]
    body = {"pendingLogin": pending, "method": "otp", "code": code_at(app_of_john.secret, clock())}
    return post(SECOND_FACTOR, body | more, key)


def test_a_client_with_a_key_is_not_asked_again(post, app_of_john, clock):
    key = DeviceKey()
    assert log_in(post, app_of_john, clock, key, trustDevice=True).status_code == 200
    assert post(LOGIN, NAME, key).status_code == 200
    assert post(LOGIN, NAME, DeviceKey()).status_code == 401


def test_so_is_one_that_goes_on_by_the_general_route(post, app_of_john, clock):
    key = DeviceKey()
    pending = post(LOGIN, NAME, key).json()["pendingLogin"]
    answers = {"method": "otp", "code": code_at(app_of_john.secret, clock())}
    body = {"pendingLogin": pending, "answers": answers, "trustDevice": True}
    assert post(CONTINUE, body, key).status_code == 200
    assert post(LOGIN, NAME, key).status_code == 200


@pytest.mark.parametrize("more", [{}, {"trustDevice": False}])
def test_one_that_does_not_ask_for_it_is_asked_again(post, app_of_john, clock, more):
    key = DeviceKey()
    assert log_in(post, app_of_john, clock, key, **more).status_code == 200
    assert_problem(post(LOGIN, NAME, key), 401, "second_factor_required")


def test_of_a_client_without_a_key_it_is_ignored(post, app_of_john, clock):
    assert log_in(post, app_of_john, clock, None, trustDevice=True).status_code == 200
    assert_problem(post(LOGIN, NAME), 401, "second_factor_required")


def test_what_is_no_yes_or_no_is_malformed(post, app_of_john, clock):
    assert log_in(post, app_of_john, clock, None, trustDevice="maybe").status_code == 400


class TestOwn:
    @pytest.fixture
    def trusted(self, post, app_of_john, clock):
        key = DeviceKey()
        log_in(post, app_of_john, clock, key, trustDevice=True)
        return key

    def test_is_listed_and_ended_without_fresh_authentication(self, client, post, trusted, tokens, clock):
        clock.move(minutes=11)
        tokens = client.post("/api/token/refresh", json={"accessToken": tokens["token"], "refreshToken": tokens["refreshToken"]})
        mine = bearer(tokens.json())
        (listed,) = client.get("/api/trusted-devices", headers=mine).json()
        assert listed.keys() == {"id", "device", "trustedAt", "expiresAt"}
        assert client.request("DELETE", f"/api/trusted-devices/{listed['id']}", headers=mine).status_code == 204
        assert client.get("/api/trusted-devices", headers=mine).json() == []
        assert_problem(post(LOGIN, NAME, trusted), 401, "second_factor_required")
        assert_problem(client.request("DELETE", f"/api/trusted-devices/{listed['id']}", headers=mine), 404, "not_found")

    def test_is_nobody_elses(self, client, service, post, trusted, tokens):
        (listed,) = client.get("/api/trusted-devices", headers=bearer(tokens)).json()
        service.create_user("anna", PASSWORD)
        annas = bearer(post(LOGIN, {"username": "anna", "password": PASSWORD}).json())
        assert client.get("/api/trusted-devices", headers=annas).json() == []
        assert_problem(client.request("DELETE", f"/api/trusted-devices/{listed['id']}", headers=annas), 404, "not_found")
        assert client.get("/api/trusted-devices", headers=bearer(tokens)).json() == [listed]

    def test_wants_a_token(self, client):
        assert client.get("/api/trusted-devices").status_code == 401
