"""Caddy in front of the API, started with `deploy/Caddyfile`: TLS, the WebSocket, the client's address, the log."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.e2e.backend import Backend
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.database import open_service
from tests.e2e.production_server import wait_until
from tests.e2e.server import free_port

pytestmark = [
    pytest.mark.production,
    pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed"),
]

CLIENT = "127.0.0.2"
"""Another address than Caddy's, so that the one cannot be taken for the other."""

MADE_UP = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def url() -> str:
    return f"https://localhost:{free_port()}"


@pytest.fixture(scope="module")
def server(tmp_path_factory, url) -> Iterator[Backend]:
    variables = {"RXAPP_TRUSTED_PROXY_HOPS": "1", "REFLEX_API_URL": url, "REFLEX_DEPLOY_URL": url}
    server = Backend(tmp_path_factory.mktemp("behind-caddy"), **variables)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def log(tmp_path_factory, server, url) -> Iterator[Path]:
    """Start Caddy; where its access log is."""
    directory = tmp_path_factory.mktemp("caddy")
    access_log = directory / "access.log"
    substituted = {
        "app.example.com {": f"{url} {{\n\ttls internal\n\tbind 127.0.0.1",
        "127.0.0.1:3000": f"127.0.0.1:{server.port}",
        "/var/log/caddy/rxapp.access.log": str(access_log),
    }
    site = (ROOT / "deploy" / "Caddyfile").read_text()
    for of_the_guide, here in substituted.items():
        assert site.count(of_the_guide) == 1, of_the_guide
        site = site.replace(of_the_guide, here)
    file = directory / "Caddyfile"
    file.write_text(f"{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}}\n{site}")
    environment = os.environ | {"XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    with (directory / "output.log").open("wb") as output:
        command = [shutil.which("caddy"), "run", "--config", file, "--adapter", "caddyfile"]
        caddy = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: answers(url))
        yield access_log
    finally:
        caddy.terminate()
        caddy.wait(30)


@pytest.fixture
def http(log, url) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, transport=httpx.HTTPTransport(verify=False, local_address=CLIENT)) as client:
        yield client


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", verify=False).is_success
    except httpx.HTTPError:
        return False


def test_the_address_in_the_audit_log_is_the_clients_and_cannot_be_made_up(http, server):
    for headers in ({}, MADE_UP):
        assert http.post("/api/auth/login", json={"username": USER, "password": PASSWORD}, headers=headers).is_success
    with open_service(server) as service:
        assert {session.address for session in service.administration.all_sessions()} == {CLIENT}


def test_websockets_of_the_apps_own_origin_only_are_upgraded(http, url):
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    socket = "/_event/?token=x&EIO=4&transport=websocket"
    with http.stream("GET", socket, headers=handshake | {"Origin": url}) as answer:
        assert answer.status_code == 101
    assert http.get(socket, headers=handshake | {"Origin": "https://evil.example"}).status_code != 101


def test_a_body_that_is_too_large_is_refused_and_the_headers_of_the_app_are_kept(http):
    assert http.post("/api/auth/login", content=b" " * 100_000).status_code == 413
    assert "frame-ancestors 'none'" in http.get("/readyz").headers["content-security-policy"]


def test_the_access_log_names_no_page_and_no_token(http, log):
    http.get("/api/me?token=geheim", headers={"Authorization": "Bearer geheim"})
    wait_until(lambda: "/api/me" in log.read_text())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert "/api/me" in {line["request"]["uri"] for line in lines}
    assert "geheim" not in log.read_text()
