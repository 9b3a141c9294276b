"""Sender-constrained tokens over HTTP (RFC 9449): login, refresh, the API, nonces, and everything that is refused."""

import base64
import json
import random

import pytest

from rxapp.auth import AuthService
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.http.runtime.service import use_service
from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.dpop import DeviceKey

ORIGIN = "http://testserver"
LOGIN, REFRESH, ME = "/api/auth/login", "/api/token/refresh", "/api/me"
CREDENTIALS = {"username": "johndoe", "password": "def@123"}


@pytest.fixture(scope="session")
def settings(settings):
    return settings.model_copy(update={"public_origins": (ORIGIN, "https://testserver")})


def serve_with(service, **changes):
    changes = {"public_origins": (), **changes}
    use_service(AuthService(service.settings.model_copy(update=changes), service.database, service.clock))


class Device:
    """A program with a key: it signs each request, over the nonce that it was given last."""

    def __init__(self, client, clock, algorithm="ES256"):
        self.client, self.clock, self.key, self.nonce = client, clock, DeviceKey(algorithm), None

    def headers(self, method, path, token=None, **claims):
        proof = self.key.proof(method, ORIGIN + path, self.clock(), nonce=self.nonce, access_token=token, **claims)
        return {"DPoP": proof} | ({"Authorization": f"DPoP {token}"} if token else {})

    def send(self, method, path, token=None, **options):
        """As RFC 9449 §8 has it: again over the nonce that the server asks for."""
        response = self.client.request(method, path, headers=self.headers(method, path, token), **options)
        self.nonce = response.headers.get("DPoP-Nonce", self.nonce)
        if response.json().get("code") == "use_dpop_nonce":
            response = self.client.request(method, path, headers=self.headers(method, path, token), **options)
            self.nonce = response.headers.get("DPoP-Nonce", self.nonce)
        return response

    def log_in(self):
        return self.send("POST", LOGIN, json=CREDENTIALS)

    def refresh(self, tokens):
        return self.send("POST", REFRESH, json=refresh_body(tokens))

    def get_me(self, tokens):
        return self.send("GET", ME, tokens["token"])


@pytest.fixture
def device(client, clock):
    return Device(client, clock)


@pytest.fixture
def bound(device):
    return device.log_in().json()


def attempts(service):
    with service.database.connect() as db:
        return events.count(db, EventFilter(kind="device_proof_refused"))


def assert_challenged(response, code="invalid_dpop_proof"):
    assert_problem(response, 401, code)
    assert response.headers["WWW-Authenticate"].startswith(f'DPoP error="{code}"')
    assert 'algs="ES256 EdDSA"' in response.headers["WWW-Authenticate"]
    assert response.headers["DPoP-Nonce"]


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_client_with_a_key_logs_in_rotates_and_is_let_in(client, clock, algorithm):
    device = Device(client, clock, algorithm)
    response = device.log_in()
    assert response.json().keys() == {"token", "refreshToken", "token_type"}
    assert response.json()["token_type"] == "DPoP"
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    for _ in range(3):
        assert device.get_me(tokens).json()["userName"] == "johndoe"
        clock.move(minutes=6)
        assert_problem(device.get_me(tokens), 401, "token_expired")
        tokens = device.refresh(tokens).json()
        assert tokens["token_type"] == "DPoP"


def test_a_client_without_one_is_answered_as_before(client, tokens):
    assert tokens.keys() == {"token", "refreshToken"}
    assert client.get(ME, headers=bearer(tokens)).status_code == 200


def test_the_list_of_sessions_says_which_are_bound(client, device, bound, tokens):
    sessions = client.get("/api/sessions", headers=bearer(tokens)).json()
    assert sorted((session["current"], session["bound"]) for session in sessions) == [(False, True), (True, False)]


class TestWhereTheSessionIsReplaced:
    """The password is changed, or confirmed: what was bound stays bound."""

    NEW_PASSWORD = "correct horse battery staple"

    def test_a_changed_password_gives_a_pair_that_is_bound_to_the_same_key(self, client, device, bound, clock):
        body = {"currentPassword": "def@123", "newPassword": self.NEW_PASSWORD}
        changed = device.send("POST", "/api/account/password", bound["token"], json=body)
        assert (changed.status_code, changed.json()["token_type"]) == (200, "DPoP")
        assert changed.headers["DPoP-Nonce"]
        fresh = changed.json()
        assert device.get_me(fresh).status_code == 200
        assert_challenged(client.get(ME, headers=bearer(fresh)))
        assert_challenged(Device(client, clock).get_me(fresh))
        assert_problem(client.post(REFRESH, json=refresh_body(fresh)), 400, "invalid_dpop_proof")
        assert device.refresh(fresh).json()["token_type"] == "DPoP"
        assert_problem(device.get_me(bound), 401, "session_revoked")

    def test_a_confirmed_password_leaves_the_pair_for_a_copy_of_it_is_worth_nothing(self, device, bound):
        headers = device.headers("POST", "/api/auth/confirm", bound["token"])
        confirmed = device.client.post("/api/auth/confirm", json={"password": "def@123"}, headers=headers)
        assert (confirmed.status_code, confirmed.text) == (204, "")
        assert device.get_me(bound).status_code == 200


class TestTheNonce:
    def test_a_proof_without_one_is_told_which_to_use(self, client, device):
        response = client.post(LOGIN, json=CREDENTIALS, headers=device.headers("POST", LOGIN))
        assert_problem(response, 400, "use_dpop_nonce")
        device.nonce = response.headers["DPoP-Nonce"]
        assert client.post(LOGIN, json=CREDENTIALS, headers=device.headers("POST", LOGIN)).status_code == 200

    def test_the_api_asks_for_it_with_a_challenge(self, client, device, bound):
        device.nonce = None
        assert_challenged(client.get(ME, headers=device.headers("GET", ME, bound["token"])), "use_dpop_nonce")

    def test_one_is_good_for_five_minutes(self, client, device, bound, clock):
        clock.move(minutes=5)
        assert client.post(REFRESH, json=refresh_body(bound), headers=device.headers("POST", REFRESH)).status_code == 200
        clock.move(seconds=1)
        refused = client.post(REFRESH, json=refresh_body(bound), headers=device.headers("POST", REFRESH))
        assert_problem(refused, 400, "use_dpop_nonce")

    @pytest.mark.parametrize("nonce", ["x", "é", "AAAAAAAAAAA", "A" * 32, "A" * 500, "="])
    def test_a_made_up_one_is_no_better_than_none(self, client, device, bound, nonce):
        device.nonce = nonce
        assert_challenged(client.get(ME, headers=device.headers("GET", ME, bound["token"])), "use_dpop_nonce")

    def test_every_worker_knows_it_again(self, client, device, bound, service):
        use_service(AuthService(service.settings, service.database, service.clock))
        assert client.get(ME, headers=device.headers("GET", ME, bound["token"])).status_code == 200


class TestCopiedTokens:
    def test_do_not_get_in_as_bearer_tokens(self, client, bound, device, service):
        assert_challenged(client.get(ME, headers=bearer(bound)))
        assert attempts(service) == 1
        assert device.get_me(bound).status_code == 200

    def test_do_not_get_in_without_a_proof(self, client, bound):
        assert_challenged(client.get(ME, headers={"Authorization": f"DPoP {bound['token']}"}))

    def test_do_not_get_in_with_a_proof_of_another_key(self, client, clock, bound, device, service):
        thief = Device(client, clock)
        assert_challenged(thief.get_me(bound))
        assert attempts(service) == 1
        assert device.get_me(bound).status_code == 200

    @pytest.mark.parametrize("with_a_key", [False, True])
    def test_do_not_rotate_and_the_owner_still_does(self, client, clock, bound, device, service, with_a_key):
        thief = Device(client, clock)
        refused = thief.refresh(bound) if with_a_key else client.post(REFRESH, json=refresh_body(bound))
        assert_problem(refused, 400, "invalid_dpop_proof")
        assert refused.headers["DPoP-Nonce"]
        assert attempts(service) == 1
        assert device.refresh(bound).status_code == 200

    def test_do_not_sign_the_owner_out(self, client, bound, device):
        assert_challenged(client.post("/api/token/revoke", headers=bearer(bound)))
        assert device.get_me(bound).status_code == 200


class TestAProof:
    def test_is_good_once(self, client, device, bound, service):
        headers = device.headers("GET", ME, bound["token"])
        assert client.get(ME, headers=headers).status_code == 200
        assert_challenged(client.get(ME, headers=headers))
        assert attempts(service) == 1

    def test_of_a_refresh_is_good_once(self, client, device, bound):
        headers = device.headers("POST", REFRESH)
        assert client.post(REFRESH, json=refresh_body(bound), headers=headers).status_code == 200
        assert_problem(client.post(REFRESH, json=refresh_body(bound), headers=headers), 400, "invalid_dpop_proof")

    @pytest.mark.parametrize(
        "claims",
        [
            {"htm": "POST"},
            {"htu": "http://evil.example/api/me"},
            {"htu": "http://testserver/api/sessions"},
            {"iat": 1},
            {"ath": "x"},
            {"jti": ""},
        ],
        ids=lambda claims: next(iter(claims)),
    )
    def test_for_something_else_is_refused(self, client, device, bound, claims):
        assert_challenged(client.get(ME, headers=device.headers("GET", ME, bound["token"], **claims)))

    @pytest.mark.parametrize("moment", [10**400, -(10**400), 1e308, True])
    def test_of_a_moment_that_no_clock_shows_is_refused_and_not_an_error_of_ours(self, client, device, bound, moment):
        assert_challenged(client.get(ME, headers=device.headers("GET", ME, bound["token"], iat=moment)))
        refused = client.post(LOGIN, json=CREDENTIALS, headers=device.headers("POST", LOGIN, iat=moment))
        assert_problem(refused, 400, "invalid_dpop_proof")

    def test_for_another_access_token_is_refused(self, client, device, bound):
        proof = device.headers("GET", ME, "another")["DPoP"]
        assert_challenged(client.get(ME, headers={"Authorization": f"DPoP {bound['token']}", "DPoP": proof}))

    def test_sent_twice_is_refused(self, client, device, bound):
        proofs = [("DPoP", device.headers("GET", ME, bound["token"])["DPoP"]) for _ in range(2)]
        twice = client.get(ME, headers=[("Authorization", f"DPoP {bound['token']}"), *proofs])
        assert_problem(twice, 400, "invalid_request")

    def test_made_for_a_page_is_refused(self, client, device, bound):
        assert_challenged(client.get(ME, headers=device.headers("GET", ME, bound["token"], htm="POST", htu="urn:rxapp:page")))

    def test_of_a_client_behind_a_proxy_that_ends_tls_names_https(self, client, device, bound):
        headers = device.headers("GET", ME, bound["token"], htu="https://testserver/api/me")
        assert client.get(ME, headers=headers).status_code == 200

    def test_at_login_binds_only_if_it_is_good(self, client, clock, service):
        device = Device(client, clock)
        device.nonce = service.dpop.new_nonce()
        refused = client.post(LOGIN, json=CREDENTIALS, headers=device.headers("POST", LOGIN, htm="GET"))
        assert_problem(refused, 400, "invalid_dpop_proof")

    def test_with_tokens_that_are_bound_to_nothing_is_refused(self, device, tokens):
        assert_challenged(device.get_me(tokens))


class TestTheHost:
    """A proof that was made for another server is passed on by it, with the `Host` header that fits: any program can send any."""

    def get_me(self, client, device, bound, host, url):
        headers = device.headers("GET", ME, bound["token"], htu=url + ME) | {"Host": host}
        return client.get(ME, headers=headers)

    @pytest.mark.parametrize("environment", ["development", "production"])
    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize("named", [(), ("https://app.example.com",)])
    def test_a_proof_for_another_host_is_refused_although_the_request_names_that_host(
        self, client, device, bound, service, named, scheme, environment
    ):
        serve_with(service, environment=environment, public_origins=named)
        for host in ("evil.example", "evil.example:80", "localhost.evil.example", "app.example.com.evil.example"):
            assert_challenged(self.get_me(client, device, bound, host, f"{scheme}://{host}"))

    def test_at_login_and_refresh_too(self, client, device, bound, service):
        serve_with(service, environment="production")
        for path, body in ((LOGIN, CREDENTIALS), (REFRESH, refresh_body(bound))):
            headers = device.headers("POST", path, htu=f"http://evil.example{path}") | {"Host": "evil.example"}
            assert_problem(client.post(path, json=body, headers=headers), 400, "invalid_dpop_proof")

    @pytest.mark.parametrize("host", ["app.example.com", "10.0.0.3:3000", "evil.example"])
    def test_a_proof_for_a_public_origin_is_good_whatever_host_a_proxy_names(self, client, device, bound, service, host):
        serve_with(service, environment="production", public_origins=("https://app.example.com",))
        assert self.get_me(client, device, bound, host, "https://app.example.com").status_code == 200

    @pytest.mark.parametrize("url", ["http://app.example.com", "https://app.example.com:8443", "http://localhost"])
    def test_once_public_origins_are_named_nothing_else_is_good(self, client, device, bound, service, url):
        serve_with(service, environment="production", public_origins=("https://app.example.com",))
        assert_challenged(self.get_me(client, device, bound, url.partition("://")[2], url))

    def test_until_then_the_allowed_origins_are(self, client, device, bound, service):
        serve_with(service, environment="production", allowed_origins=("https://app.example.com",))
        assert self.get_me(client, device, bound, "10.0.0.3", "https://app.example.com").status_code == 200
        assert_challenged(self.get_me(client, device, bound, "10.0.0.3", "https://10.0.0.3"))

    @pytest.mark.parametrize("environment", ["development", "production"])
    @pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:3000", "[::1]:3000"])
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_without_configuration_this_machine_itself_is_known(self, client, device, bound, service, environment, host, scheme):
        serve_with(service, environment=environment)
        assert self.get_me(client, device, bound, host, f"{scheme}://{host}").status_code == 200

    def test_in_development_also_an_address_for_no_name_server_of_a_strangers_leads_there(self, client, device, bound, service):
        serve_with(service)
        assert self.get_me(client, device, bound, "192.168.1.5:8000", "http://192.168.1.5:8000").status_code == 200

    @pytest.mark.parametrize("host", ["", "[::1", "localhost:x", "a@localhost", "localhost/evil", "localhost#", "\xe9"])
    def test_a_host_that_is_none_proves_nothing(self, client, device, bound, service, host):
        serve_with(service)
        headers = [(b"Host", host.encode("latin-1"))]
        headers += [(k.encode(), v.encode()) for k, v in device.headers("GET", ME, bound["token"]).items()]
        assert client.get(ME, headers=headers).status_code in (400, 401)


def test_where_a_key_is_required_a_login_without_one_is_refused(client, device, service):
    use_service(AuthService(service.settings.model_copy(update={"require_device_key": True}), service.database, service.clock))
    assert_problem(client.post(LOGIN, json=CREDENTIALS), 400, "device_key_required")
    assert device.log_in().status_code == 200


def test_while_redis_is_away_no_proof_is_admitted_and_nothing_is_lost(client, device, bound, service):
    nowhere = service.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    use_service(AuthService(nowhere, service.database, service.clock))
    refused = device.refresh(bound)
    assert_problem(refused, 503, "temporarily_unavailable")
    assert refused.headers["Retry-After"]
    use_service(service)
    assert device.refresh(bound).status_code == 200


@pytest.mark.parametrize("how_many", [500, pytest.param(2_000, marks=pytest.mark.thorough)])
def test_mutated_proofs_are_all_refused_with_a_4xx(client, device, bound, how_many):
    chance = random.Random(9449)
    for number in range(how_many):
        good = device.headers("GET", ME, bound["token"])["DPoP"]
        bad = MUTATIONS[number % len(MUTATIONS)](good, chance)
        if _means_the_same(bad, good):
            continue
        headers = {"Authorization": f"DPoP {bound['token']}", "DPoP": bad}
        response = client.get(ME, headers=headers)
        assert response.status_code == 401, (number, bad, response.text)
    assert device.get_me(bound).status_code == 200


def _change_a_character(proof, chance):
    position = chance.randrange(len(proof))
    return proof[:position] + chance.choice("ABCxyz019-_.=~ ") + proof[position + 1 :]


def _cut(proof, chance):
    return proof[: chance.randrange(len(proof))]


def _drop_a_part(proof, chance):
    start = chance.randrange(len(proof) - 1)
    return proof[:start] + proof[start + chance.randrange(1, 40) :]


def _swap_parts(proof, chance):
    parts = proof.split(".")
    chance.shuffle(parts)
    return ".".join(parts)


def _change_a_member(proof, chance):
    """Of the header or the claims, without signing anew."""
    parts = proof.split(".")
    which = chance.randrange(2)
    members = json.loads(base64.urlsafe_b64decode(parts[which] + "=="))
    name = chance.choice(list(members))
    members[name] = chance.choice(
        [None, 0, -1, True, "", "none", "HS256", [], {}, {"kty": "EC"}, "x" * 100, 2**70, "\ud800", 0.5]
    )
    parts[which] = base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")
    return ".".join(parts)


MUTATIONS = [_change_a_character, _cut, _drop_a_part, _swap_parts, _change_a_member]


def _means_the_same(bad, good):
    """The last character of a part may have bits that mean nothing."""
    try:
        return [base64.urlsafe_b64decode(part + "==") for part in bad.split(".")] == [
            base64.urlsafe_b64decode(part + "==") for part in good.split(".")
        ]
    except ValueError:
        return False
