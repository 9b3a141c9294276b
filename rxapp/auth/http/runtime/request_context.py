"""The request or event that is being handled, and its user. Every line that is logged meanwhile has them, on any thread."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from rxapp.auth.core.identity.identity import Identity

HEADER = "X-Request-ID"

RAN = "ran"

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Ids that are accepted from outside: UUIDs, ULIDs and trace ids of proxies. They can neither forge a log line nor be a token."""


@dataclass(slots=True)
class RequestContext:
    """One HTTP request or one event. `user_id` and `session_id` are known once the caller is verified.

    `outcome` is the result of an event: `RAN`, or the code of its refusal. `failure` is an error that has already been logged.
    """

    request_id: str
    user_id: UUID | None = None
    session_id: UUID | None = None
    outcome: str = RAN
    failure: Exception | None = None


_current: ContextVar[RequestContext | None] = ContextVar("request", default=None)


def begin_request(sent_id: str = "") -> RequestContext:
    """Start the context of a request, with the id that was sent if it is well-formed, or with a new one."""
    context = RequestContext(sent_id if _WELL_FORMED.fullmatch(sent_id) else secrets.token_hex(8))
    _current.set(context)
    return context


def current_request() -> RequestContext | None:
    """The context of the current request or event, or None."""
    return _current.get()


def note_identity(identity: Identity) -> None:
    """Note who the caller is."""
    context = _current.get()
    if context is not None:
        context.user_id, context.session_id = identity.user_id, identity.session_id


def note_outcome(outcome: str) -> None:
    """Note the result of the event."""
    context = _current.get()
    if context is not None:
        context.outcome = outcome


def note_failure(failure: Exception) -> None:
    """Note that this error has been logged, so that the next handler does not log it again."""
    context = _current.get()
    if context is not None:
        context.failure = failure
