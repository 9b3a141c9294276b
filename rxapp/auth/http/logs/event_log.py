"""One log line for each guarded event: its name, its outcome and its duration. Never its content."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rxapp.auth.core.audit.signals import GUARDED_EVENT, notify
from rxapp.auth.http.logs.log_format import fields
from rxapp.auth.http.runtime.request_context import begin_request

FAILED = "failed"
"""The outcome of an event whose handler raised an unexpected error."""

logger = logging.getLogger("rxapp.events")


@contextmanager
def logged_event(name: str) -> Iterator[None]:
    """Log and measure the event that this block handles. It gets its own request id."""
    context, began = begin_request(), time.perf_counter()
    try:
        yield
    except Exception:
        context.outcome = FAILED
        raise
    finally:
        seconds = time.perf_counter() - began
        notify(GUARDED_EVENT, name, seconds)
        logger.info("event", extra=fields(event=name, outcome=context.outcome, milliseconds=round(seconds * 1000, 1)))
