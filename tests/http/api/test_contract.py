"""What other programs rely on: spellings, media types, the order of refusals, methods, challenges."""

import gzip
import json
from typing import Annotated

import pytest
from fastapi import APIRouter, Form, Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rxapp.auth.http import LimitedBodyRoute
from rxapp.auth.http.middleware.security_headers import EXPOSED
from tests.api_in_process import assert_problem, bearer
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey

CREDENTIALS = {"username": "johndoe", "password": PASSWORD}
LOGIN = "/api/auth/login"


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


class TestSpellings:
    """As ASP.NET reads paths and members, against which the original clients were written."""

    @pytest.mark.parametrize("path", ["/api/Auth/login", "/API/AUTH/LOGIN", "/api/auth/login/", "/Api/Auth/Login//"])
    def test_a_path_has_any_case_and_perhaps_a_slash_at_the_end(self, client, path):
        assert client.post(path, json=CREDENTIALS).status_code == 200

    def test_so_has_one_with_an_id_or_of_the_app_itself(self, client, tokens):
        assert client.get("/api/Customers", headers=bearer(tokens)).json() == ["John Doe", "Jane Doe"]
        record = client.get("/api/customers/records", headers=bearer(tokens)).json()[0]
        assert client.get(f"/api/Customers/{record['id']}/", headers=bearer(tokens)).json() == record

    @pytest.mark.parametrize(
        "members", [("UserName", "Password"), ("USERNAME", "PASSWORD"), ("username", "PassWord"), ("userName", "password")]
    )
    def test_members_of_a_body_have_any_case(self, client, members):
        assert client.post(LOGIN, json=dict(zip(members, CREDENTIALS.values(), strict=True))).status_code == 200

    def test_those_of_a_refresh_too(self, client, tokens):
        body = {"AccessToken": tokens["token"], "RefreshToken": tokens["refreshToken"]}
        assert client.post("/api/Token/Refresh/", json=body).status_code == 200

    def test_another_path_stays_unknown(self, client):
        assert_problem(client.get("/api/auth/nothing"), 404, "not_found")

    def test_a_login_by_another_spelling_waits_in_the_same_line(self, client, monkeypatch):
        from rxapp.auth.http.middleware import request_limits

        def full() -> None:
            raise request_limits.Overloaded

        monkeypatch.setattr(request_limits, "require_place_in_line", full)
        assert client.post("/API/auth/Login/", json=CREDENTIALS).status_code == 503


class TestHead:
    @pytest.mark.parametrize("path", ["/api/me", "/api/customers", "/api/sessions", "/.well-known/jwks.json", "/healthz"])
    def test_is_answered_wherever_get_is_and_without_a_body(self, client, tokens, path):
        got = client.get(path, headers=bearer(tokens))
        head = client.request("HEAD", path, headers=bearer(tokens))
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]

    def test_is_refused_where_there_is_no_get(self, client):
        answer = client.request("HEAD", LOGIN)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


class TestMediaTypes:
    @pytest.mark.parametrize(
        "sent", ["application/json", "text/json", "application/json; charset=UTF-8", "application/vnd.x+json"]
    )
    def test_json_has_several_names(self, client, sent):
        answer = client.post(LOGIN, content=json.dumps(CREDENTIALS).encode(), headers={"Content-Type": sent})
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "sent", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/jsonp"]
    )
    @pytest.mark.parametrize("path", [LOGIN, "/api/token/refresh"])
    def test_anything_else_is_415_with_what_is_taken(self, client, sent, path):
        answer = client.post(path, content=json.dumps(CREDENTIALS).encode(), headers={"Content-Type": sent})
        assert_problem(answer, 415, "unsupported_media_type")
        assert answer.headers["accept"] == "application/json"

    def test_a_packed_body_is_415_with_the_packing_that_is_taken(self, client):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = client.post(LOGIN, content=gzip.compress(json.dumps(CREDENTIALS).encode()), headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")
        assert answer.headers["accept-encoding"] == "identity"

    @pytest.mark.parametrize(
        "content",
        [
            json.dumps(CREDENTIALS).encode("utf-16"),
            json.dumps(CREDENTIALS).encode("utf-32"),
            b'{"username": "johndoe\xff", "password": "x"}',
            b'{"username": NaN, "password": "x"}',
            b'{"username": "johndoe", "password": Infinity}',
            b'{"username": "johndoe", ',
            b"[" * 100_0,
        ],
        ids=["utf-16", "utf-32", "latin-1", "NaN", "Infinity", "cut off", "deep"],
    )
    def test_what_is_not_json_in_utf_8_is_400_and_names_no_member(self, client, content):
        answer = client.post(LOGIN, content=content, headers={"Content-Type": "application/json"})
        assert_problem(answer, 400, "invalid_request")
        assert answer.json()["detail"] == "The body is missing or malformed."

    def test_a_byte_order_mark_is_no_fault(self, client):
        content = json.dumps(CREDENTIALS).encode("utf-8-sig")
        assert client.post(LOGIN, content=content, headers={"Content-Type": "application/json"}).status_code == 200


class TestWhoIsThere:
    @pytest.mark.parametrize("content", [b"", b"{", b"x" * 2_000_000], ids=["none", "malformed", "too large"])
    @pytest.mark.parametrize("sent", ["application/json", "text/plain"])
    def test_is_asked_before_the_body_is_read(self, client, content, sent):
        if len(content) > 1_000_000:
            content = content[:20_000]  # over our own limit; beyond the app's whole limit nobody is asked
        answer = client.post("/api/account/password", content=content, headers={"Content-Type": sent})
        assert_problem(answer, 401, "invalid_token")
        assert client.post("/api/customers", content=content, headers={"Content-Type": sent}).status_code == 401

    def test_whoever_sends_no_credentials_is_told_both_schemes_and_no_error(self, client):
        assert client.get("/api/me").headers["www-authenticate"] == 'Bearer, DPoP algs="ES256 EdDSA"'

    def test_two_authorization_headers_are_400(self, client, tokens):
        headers = [("Authorization", f"Bearer {tokens['token']}"), ("Authorization", "Bearer x")]
        assert_problem(client.get("/api/me", headers=headers), 400, "invalid_request")

    def test_a_proof_that_fails_at_login_speaks_of_no_other_device(self, client, clock):
        proof = DeviceKey().proof("POST", "https://elsewhere.example/", clock())
        answer = client.post(LOGIN, json=CREDENTIALS, headers={"DPoP": proof})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_dpop_proof")
        assert "another device" not in answer.text


class TestHeaders:
    def test_where_something_new_is_can_be_read_from_other_origins(self):
        assert "Location" in EXPOSED.split(", ")

    def test_nothing_has_no_type(self, client, tokens):
        answer = client.post("/api/token/revoke", headers=bearer(tokens))
        assert answer.status_code == 204
        assert "content-type" not in answer.headers
        assert answer.headers.get("content-length", "0") == "0"

    def test_an_answer_varies_in_one_header(self, client, tokens):
        for answer in (client.get("/api/me", headers=bearer(tokens) | {"Origin": "https://a.example"}), client.get("/api/me")):
            assert len(answer.headers.get_list("vary")) <= 1


class TestTheAppsOwnRoutes:
    """They keep their spelling and their answers: an app's guards may go by paths."""

    @pytest.fixture
    def beside(self, api):
        router = APIRouter(prefix="/api")

        @router.get("/files/{name}")
        def file(name: str) -> str:
            return name

        @router.post("/form", include_in_schema=False)
        def form(a: Annotated[str, Form()]) -> str:
            return a

        def legacy(_request: Request) -> Response:
            return PlainTextResponse("order 17 not found", 404)

        api.include_router(router)
        api.include_router(of_form_routes(form))
        api.mount("/api/legacy", Starlette(routes=[Route("/{path:path}", legacy)]))
        return api

    def test_nobody_gets_around_a_guard_by_another_spelling(self, beside, client):
        assert client.get("/api/files/Report").json() == "Report"
        for path in ("/API/files/Report", "/api/FILES/Report"):
            assert client.get(path).status_code == 404
        assert client.get("/api/files/Report/", follow_redirects=True).json() == "Report", "the parameter is as it was sent"

    def test_what_is_mounted_below_a_path_answers_for_itself(self, beside, client):
        assert client.get("/api/legacy/17").text == "order 17 not found"

    def test_a_short_form_can_be_taken_too(self, beside, client):
        assert client.post("/api/short-form", data={"a": "b"}).json() == "b"


def of_form_routes(endpoint) -> APIRouter:
    router = APIRouter(prefix="/api", route_class=LimitedBodyRoute)
    router.post("/short-form")(endpoint)
    return router
