"""Redis over TLS works like Redis; a Redis Cluster is refused at the start, in a sentence."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from chaos.page import AUTH_STATE
from chaos.redis_server import RedisServer
from chaos.tls import TlsFront
from rxapp.auth import Settings
from rxapp.auth.core.clock import system_clock
from rxapp.auth.doctor.findings import Verdict
from rxapp.auth.doctor.redis import check_redis
from tests.conftest import PASSWORD
from tests.dpop import DeviceKey
from tests.e2e.backend import Backend
from tests.e2e.database import open_service
from tests.sockets.conftest import APP, asynchronously
from tests.sockets.raw_page import RawPage


@pytest.fixture
def redis_server(tmp_path) -> Iterator[RedisServer]:
    directory = tmp_path / "redis"
    directory.mkdir()
    server = RedisServer(directory)
    yield server
    server.stop()


@pytest.fixture
def tls_front(tmp_path, redis_server) -> Iterator[TlsFront]:
    front = TlsFront(tmp_path, urlsplit(redis_server.url).port)
    yield front
    front.stop()


@pytest.fixture
def backend_with(tmp_path):
    started: list[Backend] = []

    def start(redis_url: str) -> Backend:
        directory = tmp_path / "backend"
        directory.mkdir()
        started.append(Backend(directory, REDIS_URL=redis_url, REFLEX_APP_MODULE_IMPORT=APP, GRANIAN_WORKERS="1"))
        started[-1].start()
        return started[-1]

    yield start
    for backend in started:
        backend.stop()


@pytest.mark.thorough
@asynchronously
async def test_over_tls_one_logs_in_and_goes_on(redis_server, tls_front, backend_with):
    redis_server.start()
    backend = backend_with(f"rediss://127.0.0.1:{tls_front.start()}/0?ssl_ca_certs={tls_front.certificate}")
    with open_service(backend) as service:
        service.create_user("anna", PASSWORD)
    page = await RawPage(backend.url, key=DeviceKey()).open("/login")
    await page.log_in("anna", PASSWORD)
    await page.quiet()
    await page.close()
    held = dict(page.pair)
    backend.move_clock(301)
    again = await RawPage(backend.url, client_token=page.client_token, browser=page.browser).open("/diary")
    await again.until(lambda: again.pair["refreshToken"] != held["refreshToken"])
    assert again.redirects == []
    await again.send(f"{AUTH_STATE}.log_out")
    await again.until(lambda: again.pair == {})
    await again.close()


def test_a_cluster_is_refused_at_the_start_and_by_doctor(redis_server, backend_with):
    redis_server.start("--cluster-enabled", "yes")
    with pytest.raises(RuntimeError, match="REDIS_URL leads to a Redis Cluster"):
        backend_with(redis_server.url)
    findings = list(check_redis(Settings(_env_file=None, REDIS_URL=redis_server.url, secret_key="k" * 40), system_clock))
    assert [(finding.verdict, finding.says) for finding in findings] == [(Verdict.PROBLEM, "it is a Redis Cluster")]
