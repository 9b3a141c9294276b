"""No token, password or credential is left in a text that was redacted, whatever stands around it."""

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from rxapp.auth.http.logs.redaction import REDACTED, redact


@pytest.fixture
def secrets(service, johndoe, pair):
    """A token of each kind."""
    link = service.administration._links.issue(johndoe)
    return [pair.access_token, pair.refresh_token, link, johndoe.password_hash]


@given(before=st.text(max_size=40), after=st.text(max_size=40))
@example(before="?x=", after="")
@example(before="token: '", after="'")
@example(before="eyJ", after="")
@example(before='{"accessToken": "', after='"}')
def test_no_token_is_left_whatever_stands_around_it(secrets, before, after):
    for secret in secrets:
        left = redact(f"{before}{secret}{after}")
        assert secret[5:] not in left
        assert secret[-20:] not in left


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2!",
        "{'password': 'hunter2!', 'x': 1}",
        '{"currentPassword": "hunter2!"}',
        "LoginRequest(username='a', password='hunter2!')",
        "Authorization: Bearer hunter2!",
        "(b'authorization', b'Basic hunter2!')",
        "Cookie: a=b; c=hunter2!",
        "GET /_event/?EIO=4&token=hunter2! HTTP/1.1",
        "postgresql+psycopg://rxapp:hunter2!@db/app",
        "secret_key='hunter2!'",
    ],
)
def test_what_is_named_as_a_secret_goes(text):
    assert "hunter2" not in redact(text)
    assert REDACTED in redact(text)


@pytest.mark.parametrize(
    "text", ["POST /api/token/refresh 200", "token_reused", "the password is wrong", "https://app.example.com/login", "What? No."]
)
def test_what_is_no_secret_stays(text):
    assert redact(text) == text


@given(st.text())
def test_twice_is_as_good_as_once(text):
    assert redact(redact(text)) == redact(text)
