"""Being told what the core says, for the time of a test."""

from contextlib import contextmanager

from rxapp.auth.core.audit import signals


@contextmanager
def observed_by(observer):
    """Have `observer` told for a while. An app's observers stay for as long as its process."""
    before = signals._observers
    signals.observe(observer)
    try:
        yield
    finally:
        signals._observers = before
