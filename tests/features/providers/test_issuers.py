"""The providers that other tests log in at are real, and do what those tests tell them."""

import base64
import hashlib
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import ROOT
from tests.features.providers.issuers import TO_LOAD_NO_CERTIFICATES, Issuer, issuers, log_in_at

CALLBACK = "http://127.0.0.1:1/callback"
SECRET = "a secret of the client, of more than 32 bytes"
BASIC = ("basic", SECRET)
VERIFIER = secrets.token_urlsafe(48)
BACKCHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

HTTP = httpx.Client(verify=TO_LOAD_NO_CERTIFICATES)
"""What asks for tokens and keys, as the server of a client does."""


class Receiver(ThreadingHTTPServer):
    """What a client is told behind the browser's back; it answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.bodies: list[dict[str, list[str]]] = []
        self.status = 200


class Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(parse_qs(body.decode()))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def running(receiver, client_key) -> Iterator[dict[str, Issuer]]:
    port = receiver.server_address[1]
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(client_key.public_key(), as_dict=True) | {"kid": "ours"}
    clients = [
        {"client_id": "basic", "token_endpoint_auth_method": "client_secret_basic"},
        {"client_id": "post", "token_endpoint_auth_method": "client_secret_post"},
        {"client_id": "told", "backchannel_logout_session_required": True},
        {"client_id": "signing", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [jwk]}},
    ]
    clients = [{"redirect_uris": [CALLBACK], "client_secret": SECRET} | each for each in clients]
    clients[2]["backchannel_logout_uri"] = f"http://127.0.0.1:{port}/logout"
    algorithms = {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}
    with issuers(
        [{"name": name, "clients": clients, "alg": alg, "claims": {"openid": ["tid"]}} for name, alg in algorithms.items()]
    ) as them:
        yield them


@pytest.fixture
def issuer(running) -> Iterator[Issuer]:
    yield running["rsa"]
    running["rsa"].pause(0)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(verify=TO_LOAD_NO_CERTIFICATES) as client:
        yield client


def authorization_url(issuer: Issuer, client_id: str = "basic", **parameters: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile email groups",
        "state": "our-state",
        "nonce": "our-nonce",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{issuer.url}/auth?{urlencode(asked | parameters)}"


def answer_in(url: str) -> dict[str, str]:
    """The parameters with which the browser comes back to the client."""
    assert url.startswith(f"{CALLBACK}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def exchange(issuer: Issuer, code: str, auth: tuple[str, str] | None = None, **parameters: str) -> httpx.Response:
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return HTTP.post(f"{issuer.url}/token", data=asked | parameters, auth=auth)


def verified(issuer: Issuer, token: str, client_id: str) -> dict:
    """The claims of a token that is signed with a key of the issuer's JWKS."""
    keys = jwt.PyJWKSet.from_dict(HTTP.get(f"{issuer.url}/jwks").json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, [key.algorithm_name], audience=client_id, issuer=issuer.url)


def logged_in(issuer: Issuer, login: str, browser: httpx.Client, client_id: str = "basic", **parameters: str) -> dict:
    """The claims of the ID token of a whole login."""
    code = answer_in(log_in_at(authorization_url(issuer, client_id, **parameters), login, browser))["code"]
    tokens = exchange(issuer, code, (client_id, SECRET)).raise_for_status().json()
    return verified(issuer, tokens["id_token"], client_id)


@pytest.mark.parametrize("name", ["rsa", "ec", "ed"])
def test_a_login_ends_with_a_code_that_is_worth_an_id_token_with_the_claims_of_the_account(running, name, browser):
    issuer = running[name]
    account = {"sub": "4711", "name": "Ada", "email": "ada@example.org", "email_verified": True, "groups": ["a", "b"]}
    account |= {"amr": ["mfa"], "acr": "2", "tid": "of no standard"}
    issuer.account("ada", **account)
    answer = answer_in(log_in_at(authorization_url(issuer), "ada", browser))
    assert (answer["state"], answer["iss"]) == ("our-state", issuer.url)
    tokens = exchange(issuer, answer["code"], BASIC).raise_for_status().json()
    claims = verified(issuer, tokens["id_token"], "basic")
    assert claims | account | {"nonce": "our-nonce"} == claims
    assert exchange(issuer, answer["code"], BASIC).json()["error"] == "invalid_grant"


def test_a_code_is_worth_nothing_without_the_right_verifier(issuer, browser):
    code = answer_in(log_in_at(authorization_url(issuer, "post"), "ada", browser))["code"]
    secret = {"client_id": "post", "client_secret": SECRET}
    assert exchange(issuer, code, **secret, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    code = answer_in(log_in_at(authorization_url(issuer, "post"), "ada", browser))["code"]
    assert "id_token" in exchange(issuer, code, **secret).json()


def test_pkce_is_required(issuer, browser):
    answer = answer_in(log_in_at(authorization_url(issuer, code_challenge="", code_challenge_method=""), "ada", browser))
    assert answer["error"] == "invalid_request"


def test_a_client_proves_itself_with_a_signed_assertion_once(issuer, browser, client_key):
    now = int(time.time())
    claims = {"iss": "signing", "sub": "signing", "aud": issuer.url, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60}
    assertion = {
        "client_id": "signing",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, client_key, "ES256", {"kid": "ours"}),
    }
    codes = [answer_in(log_in_at(authorization_url(issuer, "signing"), "ada", browser))["code"] for _ in range(2)]
    assert verified(issuer, exchange(issuer, codes[0], **assertion).json()["id_token"], "signing")["sub"]
    assert exchange(issuer, codes[1], **assertion).json()["error"] == "invalid_client"


def test_who_cancels_is_sent_back_with_an_error(issuer):
    answer = answer_in(log_in_at(authorization_url(issuer), None))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "our-state", issuer.url)


def test_the_session_answers_until_a_new_login_is_asked_for(issuer, browser):
    issuer.account("late", auth_time=int(time.time()) - 600)
    assert answer_in(log_in_at(authorization_url(issuer, prompt="none"), None, browser))["error"] == "login_required"
    first = logged_in(issuer, "late", browser)
    issuer.account("late")
    assert logged_in(issuer, "not asked", browser, prompt="none")["auth_time"] == first["auth_time"]
    assert logged_in(issuer, "not asked", browser, max_age="3600")["auth_time"] == first["auth_time"]
    assert logged_in(issuer, "late", browser, max_age="300")["auth_time"] > first["auth_time"]
    assert logged_in(issuer, "someone else", browser, prompt="login")["sub"] == "someone else"


def test_another_person_under_the_same_login_has_to_log_in(issuer, browser):
    issuer.account("guest", sub="one")
    assert logged_in(issuer, "guest", browser)["sub"] == "one"
    issuer.account("guest", sub="two")
    assert answer_in(log_in_at(authorization_url(issuer, prompt="none"), None, browser))["error"] == "login_required"
    assert logged_in(issuer, "guest", browser)["sub"] == "two"


def test_consent_is_given_without_a_page(issuer, browser):
    assert logged_in(issuer, "ada", browser, prompt="login consent")["sub"]


def test_after_a_rotation_the_new_key_signs_and_the_old_one_stays_until_it_is_forgotten(issuer, browser):
    def kid_of_login() -> str:
        code = answer_in(log_in_at(authorization_url(issuer), "ada", browser))["code"]
        return jwt.get_unverified_header(exchange(issuer, code, BASIC).json()["id_token"])["kid"]

    def published() -> set[str]:
        return {key["kid"] for key in HTTP.get(f"{issuer.url}/jwks").json()["keys"]}

    before = kid_of_login()
    new, old = issuer.rotate_keys()[:2]
    assert (old, kid_of_login()) == (before, new)
    assert {old, new} <= published()
    (newest,) = issuer.rotate_keys(forget=True)
    assert published() == {newest} == {kid_of_login()}


def test_a_code_of_before_a_rotation_is_worth_a_token_of_the_new_key(issuer, browser):
    code = answer_in(log_in_at(authorization_url(issuer), "ada", browser))["code"]
    (newest,) = issuer.rotate_keys(forget=True)
    token = exchange(issuer, code, BASIC).json()["id_token"]
    assert jwt.get_unverified_header(token)["kid"] == newest


def test_who_is_logged_out_there_is_reported_to_the_client_and_has_to_log_in_again(issuer, browser, receiver):
    receiver.bodies.clear()
    with httpx.Client(verify=TO_LOAD_NO_CERTIFICATES) as other_device:
        claims = [logged_in(issuer, "leaving", each, "told") for each in (browser, other_device)]
    logged_in(issuer, "leaving", browser, "basic")  # a client that has not asked to be told
    told = issuer.log_out("leaving")
    tokens = [body["logout_token"][0] for body in receiver.bodies]
    received = [verified(issuer, token, "told") for token in tokens]
    assert {each["sid"] for each in claims} == {each["sid"] for each in received} == {each["sid"] for each in told}
    assert [(each["sub"], each["events"]) for each in received] == [("leaving", {BACKCHANNEL_LOGOUT: {}})] * 2
    assert {jwt.get_unverified_header(token)["typ"] for token in tokens} == {"logout+jwt"}
    answer = answer_in(log_in_at(authorization_url(issuer, prompt="none"), None, browser))
    assert answer["error"] == "login_required"
    assert issuer.log_out("leaving") == []


def test_that_a_client_refused_a_logout_token_is_told_to_the_test(issuer, browser, receiver):
    logged_in(issuer, "leaving", browser, "told")
    receiver.status = 400
    (told,) = issuer.log_out("leaving")
    receiver.status = 200
    assert told["client"] == "told"
    assert "400" in told["error"]


def test_what_is_asked_for_is_counted_and_can_be_slow(issuer):
    before = issuer.counts()
    issuer.pause(0.3)
    for path in ("/.well-known/openid-configuration", "/jwks"):
        begun = time.monotonic()
        HTTP.get(issuer.url + path).raise_for_status()
        assert time.monotonic() - begun > 0.3
    assert issuer.counts() == before | {"discovery": before["discovery"] + 1, "jwks": before["jwks"] + 1}


def test_the_three_do_not_disturb_each_other_in_one_browser(running, browser):
    for issuer in running.values():
        logged_in(issuer, f"someone at {issuer.name}", browser)
    for issuer in running.values():
        assert logged_in(issuer, "not asked", browser, prompt="none")["sub"] == f"someone at {issuer.name}"


@pytest.mark.thorough
def test_an_issuer_comes_back_where_it_was(running):
    with issuers([{"name": "first", "clients": []}]) as them:
        url = them["first"].url
    with pytest.raises(httpx.ConnectError):
        HTTP.get(url)
    with issuers([{"name": "second", "clients": [], "port": urlsplit(url).port}]) as them:
        assert HTTP.get(f"{url}/.well-known/openid-configuration").json()["issuer"] == them["second"].url == url


@pytest.mark.thorough
def test_a_port_that_is_taken_is_an_error_and_not_an_endless_wait(running):
    config = {"name": "late", "clients": [], "port": urlsplit(running["rsa"].url).port}
    with pytest.raises(RuntimeError, match="have not started"), issuers([config]):
        pass


ORPHAN = """
import os
from tests.features.providers.issuers import issuers
with issuers([{"name": "orphan", "clients": []}]) as them:
    print(them["orphan"].url, flush=True)
    os._exit(0)
"""


@pytest.mark.thorough
def test_the_issuers_end_with_the_process_that_has_started_them():
    done = subprocess.run([sys.executable, "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    with pytest.raises(httpx.TransportError):
        while True:
            HTTP.get(done.stdout.strip())
