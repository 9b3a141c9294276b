"""To whom work belongs: all that an event starts belongs to the session that sent the event, until it ends.

A handler chains events, a background task runs for minutes, a download comes when it is ready. Meanwhile the page may come to
belong to somebody else. So each event carries the session of its page, and passes it on to all that it starts. If the page
belongs to another session by then, the rest is dropped: chained events at the gate (`gate.py`), updates of a task where they
are sent (`connection_watch.py`), and the task itself when it asks for the page's state again (`of_its_session_only`, below).
"""

import asyncio
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID
from weakref import WeakSet

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

from rxapp.auth.core.errors import PermissionDenied
from rxapp.auth.web.page_session.page import NOBODY, PageSession
from rxapp.auth.web.reflex_internals.state_trees import root_of


class AdmittedNoMore(PermissionDenied):
    """The page no longer belongs to the session that started this work, or its person may not go on. The work ends here."""


@dataclass(frozen=True)
class StartedEvent(Event):
    """An event that a handler has chained, with the session of the handler. None: it runs for the owner of the page."""

    started_by: UUID | None = None


@dataclass(eq=False)
class PageWork:
    """An event that is being handled, with all that it has started, its page and the session of that page.

    `session` changes when the work itself gives the page to another session or to nobody, as logging in and out does.
    `started_by` never changes. `is_doubtful`: something has happened to the session or its user, so verify again before going
    on. `is_begun`: Reflex has called the event's handler, so any further call comes from the app. `is_over`: its person may not
    go on; its clean-up no longer reaches any page.
    """

    client_token: str
    event_name: str
    session: UUID | None
    started_by: UUID | None = None
    user_id: UUID | None = None
    is_doubtful: bool = False
    is_begun: bool = False
    is_over: bool = False

    def is_of(self, page: PageSession) -> bool:
        """Whether the page still belongs to the work's session. Work without a session takes that of the first owner it meets."""
        if self.session is None:
            self.session = page.owner
        return self.session is None or page.belongs_to(self.session)


_running: ContextVar[PageWork | None] = ContextVar("running", default=None)
_all_running: WeakSet[PageWork] = WeakSet()


def begin_work(client_token: str, event: Event, page: PageSession) -> None:
    """To call when the event begins to run on this page."""
    started_by = started_by_whom(event)
    session = page.owner if started_by in (None, NOBODY) else started_by
    work = PageWork(client_token, event.name, session, started_by)
    _running.set(work)
    _all_running.add(work)


def leave_work() -> None:
    """From now on what runs in this task belongs to the server, even if an event of a person has begun it."""
    _running.set(None)


def running_work() -> PageWork | None:
    """The work to which the calling code belongs. None: it belongs to the server or to a test."""
    return _running.get()


def page_turns(client_token: str, owner: UUID | None) -> None:
    """The page now belongs to another session, or to nobody. The work that caused this goes along with the page."""
    work = _running.get()
    if work is not None and work.client_token == client_token and not work.is_over:
        work.session = owner


def doubt_work(session_ids: Iterable[UUID] = (), user_id: UUID | None = None) -> None:
    """These sessions have ended, or this user's roles have changed: the work that runs for them must verify again."""
    ended = frozenset(session_ids)
    for work in _all_running:
        if work.session in ended or (user_id is not None and work.user_id == user_id):
            work.is_doubtful = True


def started_by_whom(event: Event) -> UUID | None:
    """The session whose work has chained the event, or that has asked to upload. None for an event from a browser."""
    return event.started_by if isinstance(event, StartedEvent) else None


def chained(client_token: str, event: Event) -> Event:
    """The event to queue: with the session of the work that chains it, if that work runs on the same page."""
    work = _running.get()
    if work is None or work.session is None or work.client_token != client_token or isinstance(event, StartedEvent):
        return event
    return StartedEvent(event.name, event.router_data, event.payload, started_by=work.session)


def end_work(session_id: UUID) -> None:
    """The running work belonged to this session and may not go on."""
    work = _running.get()
    if work is not None:
        work.is_over, work.session = True, session_id


def session_of_sender(client_token: str, update: StateUpdate) -> UUID | None:
    """The session for which the running work sends this to the page; None if the work is not this page's.

    Work that is over can no longer write into the page's state: its updates only tell the page what was cleared.
    """
    work = _running.get()
    if work is None or work.client_token != client_token or (work.is_over and not update.events):
        return None
    return work.session


def of_its_session_only(app: rx.App, page_of: Any) -> None:
    """From now on, work gets the state of its page only while the page belongs to its session. `page_of(root)` gives the page."""
    manager = app.state_manager
    modify = manager.modify_state_with_links

    def modify_own_page(token: Any, previous_dirty_vars: Any = None, **options: Any) -> Any:
        if previous_dirty_vars is not None:
            leave_work()  # a shared state sends to all pages linked to it, in a task of Reflex's own
        modification, work = modify(token, previous_dirty_vars, **options), _running.get()
        is_own = work is not None and getattr(token, "ident", None) == work.client_token
        return _OwnedModification(modification, work, page_of) if is_own else modification

    manager.modify_state_with_links = modify_own_page


class _OwnedModification:
    """Reflex's context manager; it raises `AdmittedNoMore` if the page no longer belongs to the work's session."""

    def __init__(self, modification: Any, work: Any, page_of: Any) -> None:
        self._modification, self._work, self._page_of = modification, work, page_of

    async def __aenter__(self) -> Any:
        state = await self._modification.__aenter__()
        is_own = False
        try:
            page = await self._page_of(root_of(state))
            is_own = not self._work.is_over and self._work.is_of(page)
        finally:
            if not is_own:
                await self._modification.__aexit__(None, None, None)
        if not is_own:  # without a guard that catches the error, the work ends as if it had been cancelled
            raise AdmittedNoMore if self._work.user_id is not None else asyncio.CancelledError
        return state

    async def __aexit__(self: Self, *raised: object) -> Any:
        return await self._modification.__aexit__(*raised)
