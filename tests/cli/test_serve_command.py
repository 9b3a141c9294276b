"""What `serve` tells the server of its workers. That one who dies is replaced, and how one stops, is seen in `tests/e2e`."""

import granian.server

from rxapp.cli import serve


def test_a_worker_that_dies_is_replaced_and_one_that_does_not_stop_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(granian.server, "Server", granian.server.Server)  # to be put back
    serve._tell_granian_of_workers()
    server = granian.server.Server("an_app:app")
    assert server.respawn_failed_workers
    assert server.workers_kill_timeout == serve.STOP_TIMEOUT_SECONDS
