"""The HTTP contract where the API is served alone: unknown paths and methods, and a body that is not sent in vain."""

import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.backend import Backend

OWN_OF_EACH = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def backend(tmp_path_factory) -> Iterator[Backend]:
    backend = Backend(tmp_path_factory.mktemp("backend"))
    backend.start()
    yield backend
    backend.stop()


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/nothing", 404, None),
        ("POST", "/api/Nothing/", 404, None),
        ("DELETE", "/api/auth/login", 405, "POST"),
        ("GET", "/api/Auth/Login/", 405, "POST"),
        ("PUT", "/api/customers/records", 405, "GET, HEAD"),
        ("HEAD", "/api/auth/login", 405, "POST"),
    ],
)
def test_unknown_paths_and_methods_are_problem_documents(backend, method, path, status, allow):
    answer = httpx.request(method, f"{backend.url}{path}")
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
    assert answer.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert answer.json()["status"] == status


def test_an_answer_varies_in_one_header(backend):
    for headers in ({}, {"Origin": "http://localhost:3000"}, {"Origin": "https://evil.example"}):
        assert len(httpx.get(f"{backend.url}/api/me", headers=headers).headers.get_list("vary")) <= 1


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(backend):
    head = (
        f"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1:{backend.port}\r\nContent-Type: application/json\r\n"
        "Content-Length: 9000000\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", backend.port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413"), answer


def test_one_that_is_not_too_large_is_asked_for(backend):
    body = json.dumps({"username": "x", "password": "y"}).encode()
    head = (
        f"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1:{backend.port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", backend.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/me"), ("PUT", "/api/me"), ("OPTIONS", "/api/me"), ("HEAD", "/api/me")]
)
@pytest.mark.parametrize("origin", [None, "https://elsewhere.example"])
def test_in_front_of_the_pages_the_api_answers_as_behind_them(backend, method, path, origin):
    """Another spelling of a path goes the pages' way."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"} if origin else {}
    first, second = (
        httpx.request(method, f"{backend.url}{spelled}", headers=headers) for spelled in (path, path.replace("/api/m", "/API/m"))
    )
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert comparable(first) == comparable(second)


def comparable(answer: httpx.Response) -> dict[str, set[str]]:
    """Its headers. Behind the pages' CORS layer, `Vary` says the same twice."""
    return {name: set(value.split(", ")) for name, value in answer.headers.items() if name not in OWN_OF_EACH}
