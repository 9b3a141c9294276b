"""Which request or event is being handled, and whose: for every line that is logged meanwhile, on whatever thread."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from rxapp.auth.core.identity.identity import Identity

HEADER = "X-Request-ID"

RAN = "ran"

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Accepted from outside: what proxies make of UUIDs, ULIDs and trace ids. Nothing in it can forge a log line or be a token."""


@dataclass(slots=True)
class RequestContext:
    """One HTTP request or one event. `user_id` and `session_id` are known once somebody was verified.

    `outcome` is what became of an event: `RAN`, or the code of its refusal. `failure` is what went wrong and has been logged.
    """

    request_id: str
    user_id: UUID | None = None
    session_id: UUID | None = None
    outcome: str = RAN
    failure: Exception | None = None


_current: ContextVar[RequestContext | None] = ContextVar("request", default=None)


def begin_request(sent_id: str = "") -> RequestContext:
    """Start the context of a request; with the id that was sent with it if that is well-formed, else with one made here."""
    context = RequestContext(sent_id if _WELL_FORMED.fullmatch(sent_id) else secrets.token_hex(8))
    _current.set(context)
    return context


def current_request() -> RequestContext | None:
    """The context of what is being handled, if anything is."""
    return _current.get()


def note_identity(identity: Identity) -> None:
    """Note who is asking."""
    context = _current.get()
    if context is not None:
        context.user_id, context.session_id = identity.user_id, identity.session_id


def note_outcome(outcome: str) -> None:
    """Note what became of the event."""
    context = _current.get()
    if context is not None:
        context.outcome = outcome


def note_failure(failure: Exception) -> None:
    """Note that this has been logged, for it is raised on."""
    context = _current.get()
    if context is not None:
        context.failure = failure
