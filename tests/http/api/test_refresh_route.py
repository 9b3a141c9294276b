"""`POST /api/token/refresh` (S5, S6) and the protocol's table over HTTP."""

import json

import pytest

from tests.api_in_process import assert_problem, bearer, refresh_body

PATH = "/api/token/refresh"


def refresh(client, tokens):
    return client.post(PATH, json=refresh_body(tokens))


def test_an_expired_access_token_and_its_refresh_token_give_a_new_pair(client, tokens, clock):
    clock.move(minutes=6)
    assert client.get("/api/customers", headers=bearer(tokens)).status_code == 401
    response = refresh(client, tokens)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json().keys() == {"token", "refreshToken"}
    assert response.json()["refreshToken"] != tokens["refreshToken"]
    assert client.get("/api/customers", headers=bearer(response.json())).status_code == 200


@pytest.mark.parametrize("missing", ["accessToken", "refreshToken"])
@pytest.mark.parametrize("value", ["absent", None, "", 1, [], {}])
def test_a_null_missing_or_malformed_member_is_400(client, tokens, missing, value):
    body = refresh_body(tokens)
    if value == "absent":
        del body[missing]
    else:
        body[missing] = value
    assert client.post(PATH, json=body).status_code == 400
    assert refresh(client, tokens).status_code == 200, "and nothing has changed"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b"[]", b"x", b"[" * 16_000, b"\xff", b"NaN"], ids=lambda body: repr(body[:8])
)
def test_a_null_or_malformed_body_is_400(client, body):
    assert_problem(client.post(PATH, content=body, headers={"Content-Type": "application/json"}), 400, "invalid_request")


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json", ""])
def test_a_body_that_does_not_say_it_is_json_is_415(client, tokens, sent):
    response = client.post(PATH, content=json.dumps(refresh_body(tokens)), headers={"Content-Type": sent})
    assert_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("sent", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"])
def test_json_may_say_more_of_itself(client, tokens, sent):
    assert client.post(PATH, content=json.dumps(refresh_body(tokens)), headers={"Content-Type": sent}).status_code == 200


def test_what_is_malformed_is_named_and_never_quoted(client, tokens):
    response = client.post(PATH, json=refresh_body(tokens) | {"refreshToken": ["quoted"]})
    assert response.json()["detail"] == "Missing or malformed: refreshToken."
    assert "quoted" not in response.text


def test_another_method_is_405_with_those_that_there_are(client):
    refused = client.get(PATH)
    assert_problem(refused, 405, "method_not_allowed")
    assert refused.headers["allow"] == "POST"


def test_a_body_that_is_too_long_is_413_and_nothing_has_changed(client, tokens):
    for padding in (20_000, 200_000):
        assert_problem(client.post(PATH, json=refresh_body(tokens) | {"more": "x" * padding}), 413, "request_entity_too_large")
    assert refresh(client, tokens).status_code == 200


def test_a_middleware_that_the_app_adds_to_the_api_sees_refreshes_too(api, client, tokens):
    seen = []

    class Watching:
        def __init__(self, app):
            self._app = app

        async def __call__(self, scope, receive, send):
            seen.append(scope["path"])
            await self._app(scope, receive, send)

    api.middleware_stack = None
    api.add_middleware(Watching)
    assert refresh(client, tokens).status_code == 200
    assert seen == [PATH]


def test_a_spent_token_is_400_token_reused_and_ends_the_session(client, tokens, clock):
    second = refresh(client, tokens).json()
    client.get("/api/customers", headers=bearer(second))
    clock.move(seconds=11)
    assert_problem(refresh(client, tokens), 400, "token_reused")
    refused = refresh(client, second)
    assert_problem(refused, 400, "session_revoked")
    assert refused.json()["reason"] == "token_reused"
    assert_problem(client.get("/api/customers", headers=bearer(second)), 401, "session_revoked")


def test_a_lost_answer_is_given_again(client, tokens, clock):
    lost = refresh(client, tokens).json()
    clock.move(hours=20)
    assert refresh(client, tokens).json()["refreshToken"] == lost["refreshToken"]


def test_a_forged_token_is_400_invalid_token_and_signs_nobody_out(client, tokens):
    forged = tokens | {"refreshToken": tokens["refreshToken"][:-4] + "AAAA"}
    assert_problem(refresh(client, forged), 400, "invalid_token")
    assert refresh(client, tokens).status_code == 200


def test_tokens_of_two_sessions_are_400_invalid_token(client, tokens):
    other = client.post("/api/auth/login", json={"username": "johndoe", "password": "def@123"}).json()
    assert_problem(refresh(client, {"token": tokens["token"], "refreshToken": other["refreshToken"]}), 400, "invalid_token")


def test_after_seven_days_it_is_400_session_expired(client, tokens, clock):
    for _ in range(8):
        clock.move(hours=20)
        tokens = refresh(client, tokens).json()
    clock.move(hours=8)
    assert_problem(refresh(client, tokens), 400, "session_expired")


def test_after_a_day_without_use_it_is_400_session_idle(client, tokens, clock):
    clock.move(days=1)
    assert_problem(refresh(client, tokens), 400, "session_idle")


def test_race_12_each_end_has_a_code_of_its_own_so_that_a_client_need_not_try_again_and_again(client, tokens):
    client.post("/api/token/revoke", headers=bearer(tokens))
    codes = {refresh(client, tokens).json()["code"] for _ in range(3)}
    assert codes == {"session_revoked"}


def test_200_parallel_refreshes_give_one_generation_step_and_200_identical_refresh_tokens(client, tokens, service):
    answers = client.post_at_once(PATH, 200, json=refresh_body(tokens))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refreshToken"] for answer in answers}) == 1
    assert service.access_tokens.identify(answers[0].json()["token"]).generation == 1
    assert refresh(client, answers[0].json()).status_code == 200, "the session lives"
