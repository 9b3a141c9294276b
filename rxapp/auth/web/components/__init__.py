"""The few client components that are our own: what Reflex has no part for, in plain JavaScript and without `eval`."""

from rxapp.auth.web.components.countdown import countdown
from rxapp.auth.web.components.modal import modal
from rxapp.auth.web.components.time_ago import time_ago

__all__ = ["countdown", "modal", "time_ago"]
