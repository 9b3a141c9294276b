"""One HTTP request of any size holds up nobody: every route that takes text, and every header that is read."""

import gc
import json
import time

import pytest

from tests.api_in_process import bearer
from tests.hostile_texts import CPU_SECONDS, LONGEST
from tests.thorough import thorough_but_for

MEMBERS = ("username", "userName", "password", "accessToken", "refreshToken", "currentPassword", "newPassword", "name")
HEADERS = (
    *("Authorization", "DPoP", "Content-Type", "Content-Length", "Accept", "Accept-Language", "Cookie", "Forwarded", "Host"),
    *("Origin", "Range", "Referer", "User-Agent", "X-Forwarded-For", "X-Request-ID", "If-None-Match"),
)
BODY = 16 * 1024
"""What our own routes read; more of it is refused unread."""

HEADER = 64 * 1024


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def routes(api):
    return [
        (method.upper(), path.replace("{session_id}", "1").replace("{customer_id}", "1"))
        for path, methods in api.openapi()["paths"].items()
        for method in methods
    ]


def ask(client, method, path, **options) -> int:
    """The status. Everything that happens in this process meanwhile counts, but for garbage of other tests."""
    gc.disable()
    try:
        began = time.process_time()
        answer = client.request(method, path, **options)
        took = time.process_time() - began
    finally:
        gc.enable()
    assert took < CPU_SECONDS, (method, path, took)
    assert answer.status_code < 500, (method, path, answer.text)
    assert "Traceback" not in answer.text
    return answer.status_code


OF_EACH_SORT = ("combining marks in the wrong order", "U+FDFA", "halves of characters", "brackets", "commas")
"""What is normalized, what grows, what is no text, what is nested, what is split."""

IN_EVERY_PLACE = pytest.mark.parametrize("text", thorough_but_for(OF_EACH_SORT, LONGEST))
ANY = pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)


class TestTheLongestText:
    @IN_EVERY_PLACE
    def test_in_a_body(self, client, routes, tokens, text):
        headers = {"Content-Type": "application/json"} | bearer(tokens)
        others = dict.fromkeys(MEMBERS, "x")
        bodies = [json.dumps(others | {member: text[: BODY // 8]}).encode() for member in MEMBERS]
        bodies += [json.dumps(dict.fromkeys(MEMBERS, text)).encode(), text.encode("utf-8", "surrogatepass")[:BODY]]
        for method, path in routes:
            for content in bodies:
                ask(client, method, path, content=content, headers=headers)

    @IN_EVERY_PLACE
    def test_in_a_header(self, client, routes, tokens, text):
        value = text.encode("utf-8", "surrogatepass")[:HEADER].replace(b"\0", b"x")
        for name in HEADERS:
            for method, path in routes:
                headers = bearer(tokens) | {"Content-Type": "application/json", name: value}
                ask(client, method, path, content=b"{}", headers=headers)

    @ANY
    def test_after_the_scheme_of_a_token(self, client, tokens, text):
        value = text.encode("utf-8", "surrogatepass")[:HEADER].replace(b"\0", b"x")
        for scheme in (b"Bearer ", b"DPoP ", b"Bearer eyJ", b"Bearer " + tokens["token"].encode()):
            ask(client, "GET", "/api/me", headers={"Authorization": scheme + value, "DPoP": b"eyJ" + value})

    @ANY
    def test_in_a_path_or_a_query(self, client, text):
        for path in ("/api/", "/api/sessions/", "/api/customers/", "/api/me?x=", "/x"):
            ask(client, "GET", path + text[:5_000].replace("\ud800", "x").replace("\0", "x").replace("%e", "e"))
