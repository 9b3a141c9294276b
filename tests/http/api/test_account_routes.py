"""The account over HTTP: who I am, where I am signed in, ending that, and changing the password."""

from uuid import UUID, uuid4

import pytest

from tests.api_in_process import assert_problem, bearer, refresh_body
from tests.conftest import PASSWORD
from tests.core.sessions.test_races import right_after_the_password_was_verified

NEW_PASSWORD = "correct horse battery staple"
CREDENTIALS = {"username": "johndoe", "password": PASSWORD}
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
STALE = 601
"""Seconds after which a password counts as given long ago."""


@pytest.fixture
def other(client) -> dict[str, str]:
    """The pair of a second login of the same person, on their telephone."""
    return client.post("/api/auth/login", json=CREDENTIALS, headers={"User-Agent": IPHONE}).json()


def session_id(client, tokens) -> str:
    return client.get("/api/me", headers=bearer(tokens)).json()["sessionId"]


def fresh(service, client, tokens, clock):
    """Let time pass until the password counts as given long ago, and rotate, for the access token has expired too."""
    clock.move(seconds=STALE)
    return client.post("/api/token/refresh", json=refresh_body(tokens)).json()


def test_me_says_who_the_bearer_is_and_nothing_secret(client, tokens):
    me = client.get("/api/me", headers=bearer(tokens)).json()
    assert (me["userName"], me["displayName"], me["roles"]) == ("johndoe", "John Doe", ["Manager"])
    assert set(me) == {"id", "userName", "displayName", "roles", "sessionId", "authenticatedAt", "amr", "expiresAt"}


@pytest.mark.parametrize("path", ["/api/me", "/api/sessions", "/api/customers", "/api/customers/records", "/api/customers/1"])
def test_what_only_its_reader_may_know_is_kept_in_no_cache(client, tokens, path):
    answer = client.get(path, headers=bearer(tokens))
    assert (answer.status_code, answer.headers.get("Cache-Control")) == (200, "no-store")


def test_sessions_are_listed_with_device_and_address_and_this_one_marked(client, tokens, other, clock):
    listed = client.get("/api/sessions", headers=bearer(tokens)).json()
    marked = {session["device"]: session["current"] for session in listed}
    assert marked == {"python-httpx": True, "Mobile Safari on iPhone": False}
    assert {session["address"] for session in listed} == {"127.0.0.1"}
    assert set(listed[0]) == {"id", "device", "address", "createdAt", "lastUsedAt", "expiresAt", "current", "bound", "openPages"}


def test_a_session_that_was_ended_is_refused_at_once(client, tokens, other):
    assert client.request("DELETE", f"/api/sessions/{session_id(client, other)}", headers=bearer(tokens)).status_code == 204
    assert_problem(client.get("/api/me", headers=bearer(other)), 401, "session_revoked")
    assert_problem(client.post("/api/token/refresh", json=refresh_body(other)), 400, "session_revoked")
    assert client.get("/api/me", headers=bearer(tokens)).status_code == 200


def test_ending_the_own_session_wants_no_fresh_password(client, service, tokens, clock):
    tokens = fresh(service, client, tokens, clock)
    own = session_id(client, tokens)
    assert client.request("DELETE", f"/api/sessions/{own}", headers=bearer(tokens)).status_code == 204
    assert_problem(client.get("/api/me", headers=bearer(tokens)), 401, "session_revoked")


def test_ending_another_session_long_after_the_password_wants_it_again_and_then_goes(client, service, tokens, other, clock):
    tokens = fresh(service, client, tokens, clock)
    path = f"/api/sessions/{service.access_tokens.identify(other['token']).session_id}"
    refused = client.request("DELETE", path, headers=bearer(tokens))
    assert_problem(refused, 401, "fresh_authentication_required")
    assert 'error="insufficient_user_authentication"' in refused.headers["www-authenticate"]
    assert_problem(client.post("/api/auth/confirm", json={"password": "wrong"}, headers=bearer(tokens)), 403, "wrong_password")
    assert_problem(client.request("DELETE", path, headers=bearer(tokens)), 401, "fresh_authentication_required")
    confirmed = client.post("/api/auth/confirm", json={"password": PASSWORD}, headers=bearer(tokens)).json()
    assert client.request("DELETE", path, headers=bearer(confirmed)).status_code == 204


def test_confirming_the_password_makes_no_copied_pair_fresh(client, service, tokens, other, clock):
    """It gives a new pair to who confirmed, and the one that somebody may have copied is dead."""
    tokens = fresh(service, client, tokens, clock)
    path = f"/api/sessions/{service.access_tokens.identify(other['token']).session_id}"
    confirmed = client.post("/api/auth/confirm", json={"password": PASSWORD}, headers=bearer(tokens))
    assert (confirmed.status_code, set(confirmed.json())) == (200, {"token", "refreshToken"})
    refused = client.request("DELETE", path, headers=bearer(tokens))
    assert_problem(refused, 401, "session_revoked")
    assert refused.json()["reason"] == "password_confirmed"
    assert_problem(client.post("/api/token/refresh", json=refresh_body(tokens)), 400, "session_revoked")
    assert client.post("/api/token/refresh", json=refresh_body(confirmed.json())).status_code == 200


@pytest.mark.parametrize("of_somebody_else", [True, False])
def test_a_session_of_somebody_else_is_as_unknown_as_one_that_never_was(client, service, tokens, of_somebody_else):
    service.create_user("somebody", PASSWORD)
    theirs = client.post("/api/auth/login", json={"username": "somebody", "password": PASSWORD}).json()
    wanted = session_id(client, theirs) if of_somebody_else else uuid4()
    assert_problem(client.request("DELETE", f"/api/sessions/{wanted}", headers=bearer(tokens)), 404, "not_found")
    assert client.get("/api/me", headers=bearer(theirs)).status_code == 200


@pytest.mark.parametrize(
    "spell", [str.upper, lambda id_: id_.replace("-", ""), "{{{}}}".format, "urn:uuid:{}".format, lambda _: "garbage"]
)
def test_a_session_id_has_one_spelling(client, tokens, service, spell):
    session_id = str(service.access_tokens.identify(tokens["token"]).session_id)
    assert_problem(client.request("DELETE", f"/api/sessions/{spell(session_id)}", headers=bearer(tokens)), 404, "not_found")
    assert client.request("DELETE", f"/api/sessions/{session_id}", headers=bearer(tokens)).status_code == 204


def test_changing_the_password_ends_every_holder_and_gives_a_new_pair_to_who_asked(client, tokens, other):
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    changed = client.post("/api/account/password", json=body, headers=bearer(tokens))
    assert changed.status_code == 200
    assert set(changed.json()) == {"endedSessions", "token", "refreshToken"}
    assert changed.json()["endedSessions"] == 1, "the other ones are counted"
    assert changed.headers["Cache-Control"] == "no-store"
    for dead in (tokens, other):
        for refused, status in (
            (client.get("/api/me", headers=bearer(dead)), 401),
            (client.post("/api/token/refresh", json=refresh_body(dead)), 400),
        ):
            assert_problem(refused, status, "session_revoked")
            assert refused.json()["reason"] == "password_changed"
    assert client.get("/api/me", headers=bearer(changed.json())).status_code == 200
    assert client.post("/api/token/refresh", json=refresh_body(changed.json())).status_code == 200
    assert client.post("/api/auth/login", json=CREDENTIALS).status_code == 401
    assert client.post("/api/auth/login", json=CREDENTIALS | {"password": NEW_PASSWORD}).status_code == 200


def test_the_other_sessions_may_be_kept(client, tokens, other):
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD, "endOtherSessions": False}
    assert client.post("/api/account/password", json=body, headers=bearer(tokens)).json()["endedSessions"] == 0
    assert client.get("/api/me", headers=bearer(other)).status_code == 200
    assert_problem(client.get("/api/me", headers=bearer(tokens)), 401, "session_revoked")


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("wrong", NEW_PASSWORD, 403, "wrong_password"),
        (PASSWORD, "short", 400, "password_refused"),
        (PASSWORD, "passwordpassword", 400, "password_refused"),
        (PASSWORD, "johndoe's good one", 400, "password_refused"),
        (PASSWORD, "x" * 2000, 400, "invalid_request"),
        (PASSWORD, "nul \0 in the midst of it", 400, "invalid_request"),
    ],
)
def test_a_refused_change_changes_nothing(client, tokens, other, current, new, status, code):
    body = {"currentPassword": current, "newPassword": new}
    refused = client.post("/api/account/password", json=body, headers=bearer(tokens))
    assert_problem(refused, status, code)
    assert client.get("/api/me", headers=bearer(other)).status_code == 200
    assert client.post("/api/auth/login", json=CREDENTIALS).status_code == 200


@pytest.mark.parametrize("path", ["/api/account/password", "/api/auth/confirm"])
def test_a_session_that_is_ended_while_the_password_is_verified_is_401_and_gets_no_new_one(
    client, service, tokens, path, monkeypatch
):
    own = session_id(client, tokens)
    right_after_the_password_was_verified(service, monkeypatch, lambda: service.revoke(UUID(own)))
    body = {"password": PASSWORD, "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    assert_problem(client.post(path, json=body, headers=bearer(tokens)), 401, "session_revoked")
    assert client.post("/api/auth/login", json=CREDENTIALS).status_code == 200


@pytest.mark.parametrize("body", [None, [], {}, {"currentPassword": None, "newPassword": 1}, "text", {"password": {"a": 1}}])
@pytest.mark.parametrize("path", ["/api/account/password", "/api/auth/confirm"])
def test_malformed_bodies_are_400(client, tokens, path, body):
    assert_problem(client.post(path, json=body, headers=bearer(tokens)), 400, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"),
        ("GET", "/api/sessions"),
        ("DELETE", "/api/sessions/00000000-0000-4000-8000-000000000000"),
        ("POST", "/api/auth/confirm"),
        ("POST", "/api/account/password"),
    ],
)
def test_without_a_good_token_all_of_it_is_401(client, method, path):
    body = {"password": "x", "currentPassword": "x", "newPassword": "y"}
    assert_problem(client.request(method, path, json=body), 401, "invalid_token")
    assert_problem(client.request(method, path, json=body, headers={"Authorization": "Bearer garbage"}), 401, "invalid_token")


def test_it_is_all_in_the_openapi_document(api):
    paths = api.openapi()["paths"]
    assert {"/api/me", "/api/sessions", "/api/sessions/{session_id}", "/api/account/password", "/api/auth/confirm"} <= set(paths)
    assert {"204", "401", "404"} <= set(paths["/api/sessions/{session_id}"]["delete"]["responses"])
    assert {"200", "204", "401"} <= set(paths["/api/auth/confirm"]["post"]["responses"])
    changed = api.openapi()["components"]["schemas"]["PasswordResponse"]
    assert set(changed["properties"]) == {"endedSessions", "token", "refreshToken", "token_type"}
    assert set(changed["required"]) == {"endedSessions", "token", "refreshToken"}
