"""Metrics for Prometheus. They observe the core's signals; the core does not know them.

No label has a client's input or identity. So the program bounds the number of time series.
"""

import os
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from rxapp.auth.core.audit import signals
from rxapp.auth.core.audit.events import EventKind

MULTIPROCESS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own setting: the directory where several workers keep their numbers, so that each worker can answer for all."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds. A refresh takes a few milliseconds, a login about a hundred; above one second a person notices."""

_TIMED_CALLS = {"log_in", "refresh", "verify_access"}
"""Methods of the service."""

Handler = Callable[[str, float], None]


class Metrics:
    """An observer of signals. Each instance has its own registry."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        logins = Counter("rxapp_logins", "Logins", ["outcome"], registry=registry)
        rotations = Counter("rxapp_rotations", "Refresh tokens answered", ["outcome"], registry=registry)
        refusals = Counter("rxapp_refusals", "Refusals, by the error's code", ["code"], registry=registry)
        reuses = Counter("rxapp_reuse_detections", "Spent refresh tokens that came back", registry=registry)
        sign_outs = Counter("rxapp_sign_outs", "Sessions ended before their time", ["reason"], registry=registry)
        calls = Histogram("rxapp_call_seconds", "Waiting included", ["call"], buckets=_BUCKETS, registry=registry)
        events = Histogram("rxapp_event_seconds", "Guarded events", ["event"], buckets=_BUCKETS, registry=registry)
        requests = Counter("rxapp_http_requests", "HTTP requests", ["method", "status"], registry=registry)
        hashes = Gauge("rxapp_password_hashes", "Waiting or under way", multiprocess_mode="livesum", registry=registry)
        pages = Gauge("rxapp_open_pages", "Open WebSockets", multiprocess_mode="livesum", registry=registry)
        pruned = Counter("rxapp_pruned_rows", "Rows removed because they were old", ["table"], registry=registry)
        mails = Counter("rxapp_mails", "Messages queued, and how attempts to send them ended", ["outcome"], registry=registry)
        self._handlers: dict[str, Handler] = {
            EventKind.LOGIN: lambda *_: logins.labels("ok").inc(),
            EventKind.LOGIN_FAILED: lambda *_: logins.labels("failed").inc(),
            EventKind.TOKEN_REUSED: lambda *_: reuses.inc(),
            EventKind.SESSION_REVOKED: lambda reason, _: sign_outs.labels(reason).inc(),
            EventKind.PERMISSION_DENIED: lambda *_: refusals.labels("permission_denied").inc(),
            signals.ROTATED: lambda *_: rotations.labels("rotated").inc(),
            signals.REPLAYED: lambda *_: rotations.labels("replayed").inc(),
            signals.REFUSED: lambda code, _: refusals.labels(code).inc(),
            signals.CALL: lambda name, seconds: calls.labels(name).observe(seconds) if name in _TIMED_CALLS else None,
            signals.GUARDED_EVENT: lambda name, seconds: events.labels(name).observe(seconds),
            signals.REQUEST: lambda request, _: requests.labels(*request.split()).inc(),
            signals.HASH_AWAITED: lambda *_: hashes.inc(),
            signals.HASH_DONE: lambda *_: hashes.dec(),
            signals.PAGE_OPENED: lambda *_: pages.inc(),
            signals.PAGE_CLOSED: lambda *_: pages.dec(),
            signals.MAIL: lambda outcome, _: mails.labels(outcome).inc(),
            signals.PRUNED: lambda table, rows: pruned.labels(table).inc(rows),
        }

    def __call__(self, what: str, detail: str, value: float) -> None:
        """Count a signal, if there is a metric for it."""
        if (handler := self._handlers.get(what)) is not None:
            handler(detail, value)

    def render(self) -> bytes:
        """All numbers in Prometheus's text format, for all workers if they share a directory."""
        if MULTIPROCESS_DIRECTORY not in os.environ:
            return generate_latest(self._registry)
        _forget_dead_workers(Path(os.environ[MULTIPROCESS_DIRECTORY]))
        shared_registry = CollectorRegistry()
        MultiProcessCollector(shared_registry)
        return generate_latest(shared_registry)


def _forget_dead_workers(directory: Path) -> None:
    """Remove the gauges of dead workers: a killed worker could not subtract its open pages."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in directory.glob("gauge_live*_*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(directory))
        except PermissionError:
            continue  # alive, but it belongs to another user
