"""Writes down what happens with each session: the steps of each event and request, from the browser to the database.

It is kept in this process only, for few sessions. A step has names of handlers, paths and codes. It never has a token, or what
somebody has typed.
"""

import itertools
import logging
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.signals import CALL, REFUSED, REPLAYED, ROTATED
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.errors import AccessTokenExpired
from rxapp.auth.http.logs.log_format import FIELDS
from rxapp.auth.http.logs.redaction import redact
from rxapp.auth.http.runtime.request_context import RequestContext, current_request

SESSIONS, HAPPENINGS, STEPS, REQUESTS = 32, 20, 40, 256
"""How many are kept: sessions, the last happenings of each, the first steps of each happening, and requests under way."""

_READ = "Read the session and its user: is it active, and which roles?"
_IN_DATABASE = {
    ROTATED: "One UPDATE: the next generation, if the presented one was still the last",
    REPLAYED: "The session is one generation further, and nobody has used it yet",
}
_ASKED = {
    "log_in": "Is this the password? Then begin a session",
    "verify_access": "Whose access token is this, and is it good now?",
    "verify_session": "Is this session still active?",
    "refresh": "Exchange this pair for its successor",
    "end_session_of": "End the session that this browser had before, if it had one",
}
_AUDITED = frozenset(map(str, EventKind))
_ANSWERED = {"log_in": "The first pair", "refresh": "The pair of the next generation"}
_NOTICED = _AUDITED | _IN_DATABASE.keys() | {CALL, REFUSED}


class Party(IntEnum):
    """Who takes part, from left to right."""

    BROWSER = 1
    PAGE = 2
    SERVER = 3
    DATABASE = 4


class Step(NamedTuple):
    """One message, between two parties of an enumeration, from left to right.

    `is_refusal` says that the answer was no, `is_lost` that it never arrived.
    """

    sender: IntEnum
    receiver: IntEnum
    words: str
    is_refusal: bool = False
    is_lost: bool = False


@dataclass
class Happening:
    """One event of a page, or one request."""

    number: int
    at: datetime
    title: str
    steps: list[Step] = field(default_factory=list)
    _in_database: list[Step] = field(default_factory=list)
    _refusal: str = ""

    def add(self, *steps: Step) -> None:
        """Those that there is still room for."""
        self.steps.extend(steps[: max(0, STEPS - len(self.steps))])

    def begin(self, step: Step) -> None:
        """It comes before all others."""
        self.steps.insert(0, step)

    def notice(self, what: str, detail: str, by: Party) -> None:
        """A signal of the core. A call is known when it is over, so what it did in the database comes first."""
        if what in _IN_DATABASE or what in _AUDITED:
            words = _IN_DATABASE.get(what) or f"Audit log: {what.replace('_', ' ')}"
            self._in_database = [*self._in_database, Step(Party.SERVER, Party.DATABASE, words)][-STEPS:]
        elif what == REFUSED:
            self._refusal = detail
        elif what == CALL:
            self.add(*self._call(detail, by))
            self._in_database, self._refusal = [], ""

    def _call(self, name: str, by: Party) -> Iterator[Step]:
        if name not in _ASKED:
            receiver = Party.DATABASE if by is Party.SERVER else Party.SERVER
            yield Step(by, receiver, name, is_refusal=bool(self._refusal))
            yield from self._in_database
            return
        if by is not Party.SERVER:
            yield Step(by, Party.SERVER, _ASKED[name])
        if name == "verify_access" and self._refusal != AccessTokenExpired.code:
            yield Step(Party.SERVER, Party.DATABASE, _READ)
        yield from self._in_database
        if by is not Party.SERVER:
            refused = f"No: {self._refusal}"
            yield Step(Party.SERVER, by, refused if self._refusal else _ANSWERED.get(name, "Yes"), is_refusal=bool(self._refusal))

    @property
    def has_new_pair(self) -> bool:
        """Whether a pair was given out."""
        return any(step.words in _IN_DATABASE.values() for step in self.steps)


_event: ContextVar[Happening | None] = ContextVar("event of the session page", default=None)


def current_happening() -> Happening | None:
    """The event that is being handled, if it is recorded."""
    return _event.get()


class Recorder(logging.Handler):
    """An observer of the signals, and a handler of the log of requests."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._numbers = itertools.count(1)
        # By the object and not by its id in the log: a client may choose that, and two may choose the same.
        self._requests: OrderedDict[int, tuple[RequestContext, Happening]] = OrderedDict()
        self._sessions: OrderedDict[UUID, deque[Happening]] = OrderedDict()

    def of(self, session_id: UUID) -> list[Happening]:
        """What has happened with this session, the last first."""
        return list(reversed(self._sessions.get(session_id, ())))

    @contextmanager
    def event(self, title: str) -> Iterator[Happening]:
        """Within this block an event of a page is handled. The caller files it: whose it was is known at the end."""
        happening = self._new(title)
        before = _event.set(happening)
        try:
            yield happening
        finally:
            _event.reset(before)

    def observe(self, what: str, detail: str, _value: float) -> None:
        """Something has happened in the core, on any thread."""
        if (happening := _event.get()) is not None:
            happening.notice(what, detail, Party.PAGE)
        elif (request := current_request()) is not None and what in _NOTICED:
            if id(request) not in self._requests:
                self._requests[id(request)] = request, self._new("")
                while len(self._requests) > REQUESTS:
                    self._requests.popitem(last=False)
            _, happening = self._requests[id(request)]
            happening.notice(what, detail, Party.SERVER)

    def emit(self, record: logging.LogRecord) -> None:
        """A request is over."""
        request, members = current_request(), getattr(record, FIELDS, {})
        _, happening = self._requests.pop(id(request), (None, None))
        if request is None or happening is None or request.session_id is None or "path" not in members:
            return
        happening.title = redact(f"{members['method']} {members['path']}")
        answer = Step(Party.SERVER, Party.BROWSER, str(members["status"]), is_refusal=members["status"] >= HTTPStatus.BAD_REQUEST)
        happening.steps = [Step(Party.BROWSER, Party.SERVER, happening.title), *happening.steps, answer]
        self.file(happening, request.session_id)

    def file(self, happening: Happening, session_id: UUID) -> None:
        """It was this session's."""
        kept = self._sessions.setdefault(session_id, deque(maxlen=HAPPENINGS))
        kept.append(happening)
        self._sessions.move_to_end(session_id)
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)

    def _new(self, title: str) -> Happening:
        return Happening(next(self._numbers), self._clock(), title)
