"""What is counted and measured, for Prometheus. It listens to `observation`; nothing else knows of it.

No label holds what somebody sent, nor who they are: the number of time series is bounded by the program.
"""

import os
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from rxapp.auth.core.audit import signals as observation
from rxapp.auth.core.audit.events import EventKind

MULTIPROCESS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own setting: where several workers keep their numbers, so that whichever is asked answers for all of them."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds. A refresh takes a few milliseconds, a login about a hundred; above one second a person notices."""

_TIMED_CALLS = {"log_in", "refresh", "verify_access"}
"""Methods of the service."""

Handler = Callable[[str, float], None]


class Metrics:
    """An observer. Each has a registry of its own."""

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
        self._handlers: dict[str, Handler] = {
            EventKind.LOGIN: lambda *_: logins.labels("ok").inc(),
            EventKind.LOGIN_FAILED: lambda *_: logins.labels("failed").inc(),
            EventKind.TOKEN_REUSED: lambda *_: reuses.inc(),
            EventKind.SESSION_REVOKED: lambda reason, _: sign_outs.labels(reason).inc(),
            EventKind.PERMISSION_DENIED: lambda *_: refusals.labels("permission_denied").inc(),
            observation.ROTATED: lambda *_: rotations.labels("rotated").inc(),
            observation.REPLAYED: lambda *_: rotations.labels("replayed").inc(),
            observation.REFUSED: lambda code, _: refusals.labels(code).inc(),
            observation.CALL: lambda name, seconds: calls.labels(name).observe(seconds) if name in _TIMED_CALLS else None,
            observation.GUARDED_EVENT: lambda name, seconds: events.labels(name).observe(seconds),
            observation.REQUEST: lambda request, _: requests.labels(*request.split()).inc(),
            observation.HASH_AWAITED: lambda *_: hashes.inc(),
            observation.HASH_DONE: lambda *_: hashes.dec(),
            observation.PAGE_OPENED: lambda *_: pages.inc(),
            observation.PAGE_CLOSED: lambda *_: pages.dec(),
            observation.PRUNED: lambda table, rows: pruned.labels(table).inc(rows),
        }

    def __call__(self, what: str, detail: str, value: float) -> None:
        """Count it, if it is counted."""
        if (handler := self._handlers.get(what)) is not None:
            handler(detail, value)

    def render(self) -> bytes:
        """All numbers, of all workers if they keep them together, in Prometheus's text format."""
        if MULTIPROCESS_DIRECTORY not in os.environ:
            return generate_latest(self._registry)
        _forget_dead_workers(Path(os.environ[MULTIPROCESS_DIRECTORY]))
        everyones = CollectorRegistry()
        MultiProcessCollector(everyones)
        return generate_latest(everyones)


def _forget_dead_workers(directory: Path) -> None:
    """A worker that was killed could not take back the pages that it had open."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in directory.glob("gauge_live*_*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(directory))
        except PermissionError:
            continue  # alive, and another user's
