"""What is counted, who may see it, and that two processes are counted as one."""

import os
import subprocess
import sys

import pytest
from pydantic import SecretStr

from rxapp.auth.http.operations.metrics import Metrics
from rxapp.auth.http.operations.metrics_route import metrics_router
from tests.api_in_process import assert_problem, refresh_body
from tests.conftest import ROOT
from tests.observed import observed_by

TOKEN = "a token for the metrics"


@pytest.fixture
def metrics(api):
    metrics = Metrics()
    api.include_router(metrics_router(metrics, SecretStr(TOKEN)))
    with observed_by(metrics):
        yield metrics


def lines(metrics) -> set[str]:
    return set(metrics.render().decode().splitlines())


def test_logins_rotations_refusals_reuse_and_sign_outs_are_counted(metrics, client, tokens, clock):
    client.post("/api/auth/login", json={"username": "johndoe", "password": "wrong"})
    newer = client.post("/api/token/refresh", json=refresh_body(tokens)).json()
    client.post("/api/token/refresh", json=refresh_body(tokens))
    client.get("/api/customers", headers={"Authorization": f"Bearer {newer['token']}"})
    clock.move(seconds=11)
    client.post("/api/token/refresh", json=refresh_body(tokens))
    assert {
        'rxapp_logins_total{outcome="ok"} 1.0',
        'rxapp_logins_total{outcome="failed"} 1.0',
        'rxapp_rotations_total{outcome="rotated"} 1.0',
        'rxapp_rotations_total{outcome="replayed"} 1.0',
        'rxapp_refusals_total{code="invalid_credentials"} 1.0',
        'rxapp_refusals_total{code="token_reused"} 1.0',
        "rxapp_reuse_detections_total 1.0",
        'rxapp_call_seconds_count{call="refresh"} 3.0',
        "rxapp_password_hashes 0.0",
    } <= lines(metrics)


def test_a_sign_out_is_counted_by_its_reason(metrics, client, tokens):
    client.post("/api/token/revoke", headers={"Authorization": f"Bearer {tokens['token']}"})
    assert 'rxapp_sign_outs_total{reason="session_revoked"} 1.0' in lines(metrics)


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer \xff"])
def test_whoever_does_not_show_the_token_sees_nothing(metrics, client, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    assert_problem(client.get("/metrics", headers=headers), 401, "invalid_token")


def test_whoever_shows_it_sees_prometheus_text(metrics, client):
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert "# TYPE rxapp_logins_total counter" in response.text or "# TYPE rxapp_logins counter" in response.text


def test_without_a_token_configured_there_is_no_such_route(client):
    assert_problem(client.get("/metrics"), 404, "not_found")


FORKED = """
import os, signal
from rxapp.auth.http.operations.metrics import Metrics

def in_a_worker(work):
    worker = os.fork()
    if worker == 0:
        work()
        os._exit(0)
    os.waitpid(worker, 0)

def count():
    Metrics()("login", "", 1)
    Metrics()("page_opened", "", 1)

def open_a_page_and_die():
    Metrics()("page_opened", "", 1)
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""As Granian's supervisor makes its workers: what they load is loaded once."""


def said_by_workers(directory, *lines: str) -> str:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(directory)}
    code = "\n".join([FORKED, *lines, "print(Metrics().render().decode())"])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def test_the_pages_of_a_worker_that_was_killed_are_not_counted(tmp_path):
    what_is_there = f"print(*os.listdir({str(tmp_path)!r}))"
    text = said_by_workers(tmp_path, "in_a_worker(open_a_page_and_die)", what_is_there, "count()")
    assert "gauge_livesum_" in text.splitlines()[0], "what it counted was there"
    assert "rxapp_open_pages 1.0" in text, "its own"


def test_two_processes_are_counted_as_one(tmp_path):
    text = said_by_workers(tmp_path, "in_a_worker(count)", "count()")
    assert 'rxapp_logins_total{outcome="ok"} 2.0' in text
