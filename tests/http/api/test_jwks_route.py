"""`/.well-known/jwks.json`: another service verifies access tokens by itself, without any secret of this one."""

import jwt
import pytest

from rxapp.auth import AuthService
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.jwt_keys import derive_access_keys
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY, PUBLIC_KEYS_MAX_AGE, RELOAD_INTERVAL
from rxapp.auth.core.maintenance.key_rotation import rotate
from tests.api_in_process import bearer, refresh_body

PATH = "/.well-known/jwks.json"


@pytest.fixture(params=["EdDSA", "ES256"])
def algorithm(request):
    return request.param


@pytest.fixture
def service(settings, database, clock, algorithm):
    return AuthService(settings.model_copy(update={"access_token_algorithm": algorithm}), database, clock)


class AnotherService:
    """What PyJWT's `PyJWKClient` does, over the client of these tests: it knows an address, an issuer and an audience."""

    def __init__(self, client) -> None:
        self._client = client
        self.keys = {}

    def ask(self) -> None:
        key_set = jwt.PyJWKSet.from_dict(self._client.get(PATH).json())
        self.keys = {key.key_id: key for key in key_set.keys if key.public_key_use == "sig"}

    def verify(self, token: str) -> dict:
        key = self.keys[jwt.get_unverified_header(token)["kid"]]
        options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}  # the tests move the clock
        return jwt.decode(token, key, algorithms=[key.algorithm_name], issuer="rxapp", audience="rxapp", options=options)


@pytest.fixture
def other(client):
    other = AnotherService(client)
    other.ask()
    return other


def test_another_service_verifies_a_token_with_what_is_published(other, tokens):
    claims = other.verify(tokens["token"])
    assert (claims["name"], claims["roles"]) == ("johndoe", ["Manager"])


def test_and_refuses_one_that_was_changed_or_that_it_signed_itself_with_what_is_published(other, tokens, service):
    header, payload, signature = tokens["token"].split(".")
    for forged in (f"{header}.{payload}.{signature[::-1]}", f"{header}.{payload[:-2]}AA.{signature}"):
        with pytest.raises(jwt.InvalidTokenError):
            other.verify(forged)


def test_a_key_is_published_before_it_is_used_so_that_a_cached_answer_is_in_time(client, other, tokens, service, clock):
    rotate(service.settings, service.database, clock)
    clock.now += RELOAD_INTERVAL
    other.ask()  # the last moment at which it has to
    clock.now += PROPAGATION_DELAY - RELOAD_INTERVAL
    newer = client.post("/api/token/refresh", json=refresh_body(tokens)).json()
    assert jwt.get_unverified_header(newer["token"])["kid"] != jwt.get_unverified_header(tokens["token"])["kid"]
    assert other.verify(newer["token"])
    assert other.verify(tokens["token"])


def test_it_may_be_cached_by_anybody_for_less_than_it_takes_a_key_to_come_into_use(client):
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert PUBLIC_KEYS_MAX_AGE.total_seconds() == 60


def test_each_key_has_its_id_algorithm_and_use_and_no_private_part(client, algorithm):
    keys = client.get(PATH).json()["keys"]
    assert {key["alg"] for key in keys} == {"EdDSA", "ES256"}
    for key in keys:
        assert key["kid"].endswith(key["alg"])
        assert key["use"] == "sig"
        assert key.keys() <= {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_the_published_key_as_an_hmac_secret_opens_nothing(client, tokens):
    payload = jwt.decode(tokens["token"], options={"verify_signature": False})
    for key in client.get(PATH).json()["keys"]:
        header = {"typ": "at+jwt", "kid": key["kid"]}
        forged = jwt.encode(payload | {"roles": ["Admin"]}, key["x"].encode(), "HS256", headers=header)
        assert client.get("/api/customers", headers=bearer({"token": forged})).status_code == 401


def test_the_api_takes_the_tokens_that_it_issues(client, tokens):
    assert client.get("/api/customers", headers=bearer(tokens)).json() == ["John Doe", "Jane Doe"]


class TestSymmetric:
    @pytest.fixture(params=["HS256"])
    def algorithm(self, request):
        return request.param

    def test_of_secret_keys_nothing_is_published(self, client, tokens):
        assert jwt.get_unverified_header(tokens["token"])["kid"] == derive_access_keys(Keys.derive("k" * 40))["HS256"].kid
        answer = client.get(PATH)
        assert (answer.status_code, answer.json()) == (200, {"keys": []})


def test_only_reading_is_allowed(client):
    assert client.post(PATH, json={}).status_code == 405
