"""`POST /api/auth/login` (S1)."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tests.api_in_process import assert_problem

PATH = "/api/auth/login"
GOOD = {"username": "johndoe", "password": "def@123"}


@pytest.mark.parametrize("name", ["username", "userName"])
def test_the_right_credentials_give_a_token_and_a_refresh_token(client, name):
    response = client.post(PATH, json={name: "johndoe", "password": "def@123"})
    assert response.status_code == 200
    assert response.json().keys() == {"token", "refreshToken"}
    assert response.headers["cache-control"] == "no-store"


def test_a_wrong_password_and_an_unknown_user_get_the_same_401(client):
    wrong = client.post(PATH, json=GOOD | {"password": "nope"})
    unknown = client.post(PATH, json=GOOD | {"username": "nobody"})
    assert_problem(wrong, 401, "invalid_credentials")
    assert wrong.content == unknown.content
    assert wrong.headers["www-authenticate"].startswith("Bearer")


MALFORMED = {
    "nothing": b"",
    "null": b"null",
    "not JSON": b"username=johndoe",
    "a list": b"[]",
    "a string": b'"x"',
    "a number": b"1e999",
    "no members": b"{}",
    "no password": b'{"username": "johndoe"}',
    "no user name": b'{"password": "x"}',
    "null members": b'{"username": null, "password": null}',
    "wrong types": b'{"username": 1, "password": ["x"]}',
    "an object for a string": b'{"username": {"a": 1}, "password": {}}',
    "NUL": b'{"username": "john\\u0000doe", "password": "def@123"}',
    "lone surrogate": b'{"username": "\\ud800", "password": "def@123"}',
    "lone surrogate in the password": b'{"username": "johndoe", "password": "\\udfff"}',
    "huge name": b'{"username": "' + b"x" * 10_000 + b'", "password": "x"}',
    "deeply nested": b"[" * 8_000,
    "deeply nested and closed": b'{"username": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "huge integer": b'{"username": ' + b"9" * 9_000 + b"}",
    "bad UTF-8": b'{"username": "\xff\xfe", "password": "x"}',
    "truncated": b'{"username": "johndoe", "passw',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_null_or_malformed_body_is_400(client, name):
    assert_problem(
        client.post(PATH, content=MALFORMED[name], headers={"Content-Type": "application/json"}),
        400,
        "invalid_request",
    )


def test_another_content_type_is_415(client):
    assert_problem(client.post(PATH, data=GOOD), 415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_foreign_page_may_send_without_asking_is_415_though_its_text_is_json(client, content_type):
    """ASVS 3.5.2: only JSON that says so is read, and for that a browser asks first (CORS preflight)."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post(PATH, content=b'{"username": "johndoe", "password": "def@123"}', headers=headers)
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("length_is_told", [True, False])
def test_a_body_over_16_kb_is_413(client, length_is_told):
    body = b'{"username": "' + b"x" * 17_000 + b'", "password": "x"}'

    async def in_chunks():
        for start in range(0, len(body), 1_000):
            yield body[start : start + 1_000]

    content = body if length_is_told else in_chunks()
    response = client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "request_entity_too_large")


def test_no_answer_repeats_the_password(client):
    secret = "correct horse battery staple"
    for body in ({"password": secret}, {"username": "johndoe", "password": secret}, {"username": ["x"], "password": secret}):
        assert secret not in client.post(PATH, json=body).text


def test_a_get_is_405(client):
    assert_problem(client.get(PATH), 405, "method_not_allowed")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["username", "userName", "password", "x"]), inner),
    max_leaves=8,
)


@given(body=JSON)
@settings(max_examples=60)
def test_no_json_whatever_is_a_5xx(client, body):
    import json

    content = json.dumps(body).encode()
    for path in (PATH, "/api/token/refresh"):
        assert client.post(path, content=content, headers={"Content-Type": "application/json"}).status_code in {400, 401}
