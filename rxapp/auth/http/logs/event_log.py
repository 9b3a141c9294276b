"""One line for each event that came to a guard: what it was, what became of it, how long it took. Never what was in it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rxapp.auth.core.audit.signals import GUARDED_EVENT, notify
from rxapp.auth.http.logs.log_format import fields
from rxapp.auth.http.runtime.request_context import begin_request

FAILED = "failed"
"""The outcome of an event whose handler raised what it should not."""

logger = logging.getLogger("rxapp.events")


@contextmanager
def logged_event(name: str) -> Iterator[None]:
    """Log and measure the event that is handled in this block. It gets a request id of its own."""
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
