"""The served app refuses a request that can be read in two ways, whatever of it is asked for."""

import socket

import pytest

HANDSHAKE = (
    *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)


def ask(server, path: str, *headers: str) -> tuple[int, str]:
    with socket.create_connection(("localhost", server.port), timeout=10) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", *headers, "")).encode())
        answer = connection.makefile("rb").read(2_000) if "Connection: close" in headers else connection.recv(2_000)
    return int(answer.split(b" ")[1]), answer.decode("latin-1")


@pytest.mark.parametrize("path", ["/", "/login", "/api/me", "/healthz", "/nowhere", "/_event/?EIO=4&transport=polling"])
def test_two_hosts_or_none_are_400_with_a_problem_document(server, path):
    own = f"Host: localhost:{server.port}"
    for headers in ((own, "Host: evil.example"), (own, own), (), (own, "Authorization: Bearer x", "Authorization: Bearer y")):
        status, answer = ask(server, path, *headers, "Connection: close")
        assert status == 400
        assert "application/problem+json" in answer
        assert '"code":"invalid_request"' in answer
    assert ask(server, path, own, "Connection: close")[0] != 400 or path.startswith("/_event")


def test_a_handshake_too(server):
    own, path = f"localhost:{server.port}", "/_event/?EIO=4&transport=websocket&token=x"
    origin = f"Origin: http://{own}"
    assert ask(server, path, f"Host: {own}", origin, *HANDSHAKE)[0] == 101
    assert ask(server, path, f"Host: {own}", "Host: evil.example", "Origin: http://evil.example", *HANDSHAKE)[0] == 400
    assert ask(server, path, f"Host: {own}", origin, "Origin: http://evil.example", *HANDSHAKE)[0] == 400
