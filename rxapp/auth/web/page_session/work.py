"""Whose work it is: what an event starts belongs to the session that started it, to its end.

A handler chains events, a background task goes on for minutes, a download comes when it is ready. Meanwhile the page may have
become somebody else's. So each event carries the session whose page it came from, and hands it on to all that it starts. What is
not of the session whose page it is by now is dropped: chained events at the gate (`gate.py`), what a task sends where it is
sent (`connection_watch.py`), and a task itself when it comes back to the page's state (`of_its_session_only`, below).
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
    """The page is not theirs any more who started this work, or they may not go on with it. It ends here."""


@dataclass(frozen=True)
class StartedEvent(Event):
    """An event that a handler has chained, with the session for which that ran. None: it is whoever's page it comes to."""

    started_by: UUID | None = None


@dataclass(eq=False)
class PageWork:
    """An event that is being handled, with all that it has started: on which page, and whose that was.

    `session` follows the page when the work itself makes it another's or nobody's, as logging in and out does. `started_by`
    stays. It `is_doubtful` after something has happened to the session or its user: who goes on working must ask again. It
    `is_begun` when Reflex has called the event's handler: who calls it now is the app. It `is_over` when its person may not go
    on: what it still does to clean up gets at no page.
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
        """Whether the page is still the work's. What nobody has begun belongs to the first whose page it comes to."""
        if self.session is None:
            self.session = page.owner
        return self.session is None or page.belongs_to(self.session)


_running: ContextVar[PageWork | None] = ContextVar("running", default=None)
_all_running: WeakSet[PageWork] = WeakSet()


def begin_work(client_token: str, event: Event, page: PageSession) -> None:
    """The event runs now, on this page."""
    started_by = started_by_whom(event)
    session = page.owner if started_by in (None, NOBODY) else started_by
    work = PageWork(client_token, event.name, session, started_by)
    _running.set(work)
    _all_running.add(work)


def leave_work() -> None:
    """What runs from now on in this task belongs to the server, whoever's event it was that began it."""
    _running.set(None)


def running_work() -> PageWork | None:
    """The work to which the code that asks belongs. None: the server's own, or a test's."""
    return _running.get()


def page_turns(client_token: str, owner: UUID | None) -> None:
    """The page is another session's from now on, or nobody's. What has made it so is on that side."""
    work = _running.get()
    if work is not None and work.client_token == client_token and not work.is_over:
        work.session = owner


def doubt_work(session_ids: Iterable[UUID] = (), user_id: UUID | None = None) -> None:
    """These sessions have ended, or this user's roles are others: what runs for them asks before it goes on."""
    ended = frozenset(session_ids)
    for work in _all_running:
        if work.session in ended or (user_id is not None and work.user_id == user_id):
            work.is_doubtful = True


def started_by_whom(event: Event) -> UUID | None:
    """The session whose work has chained the event, or that has asked to upload; None for what a browser has sent."""
    return event.started_by if isinstance(event, StartedEvent) else None


def chained(client_token: str, event: Event) -> Event:
    """The event as it is to be queued: with the session of the work that chains it, if that runs on the same page."""
    work = _running.get()
    if work is None or work.session is None or work.client_token != client_token or isinstance(event, StartedEvent):
        return event
    return StartedEvent(event.name, event.router_data, event.payload, started_by=work.session)


def end_work(session_id: UUID) -> None:
    """The running work was this session's and may not go on."""
    work = _running.get()
    if work is not None:
        work.is_over, work.session = True, session_id


def session_of_sender(client_token: str, update: StateUpdate) -> UUID | None:
    """For which session the running work sends this to the page; None if it is no work of this page.

    Work that is over cannot write into the page's state any more: what is sent of that is what was forgotten.
    """
    work = _running.get()
    if work is None or work.client_token != client_token or (work.is_over and not update.events):
        return None
    return work.session


def of_its_session_only(app: rx.App, page_of: Any) -> None:
    """From now on, work gets at the state of its page only as long as that is its session's. `page_of(root)` gives the page's."""
    manager = app.state_manager
    modify = manager.modify_state_with_links

    def modify_own_page(token: Any, previous_dirty_vars: Any = None, **options: Any) -> Any:
        if previous_dirty_vars is not None:
            leave_work()  # what a shared state sends to all that are linked to it, in a task of Reflex's own
        modification, work = modify(token, previous_dirty_vars, **options), _running.get()
        is_own = work is not None and getattr(token, "ident", None) == work.client_token
        return _OfItsSession(modification, work, page_of) if is_own else modification

    manager.modify_state_with_links = modify_own_page


class _OfItsSession:
    """The context manager of Reflex's, which raises `AdmittedNoMore` if the page is not the work's any more."""

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
        if not is_own:  # where no guard catches it, the work ends as if it had been cancelled
            raise AdmittedNoMore if self._work.user_id is not None else asyncio.CancelledError
        return state

    async def __aexit__(self: Self, *raised: object) -> Any:
        return await self._modification.__aexit__(*raised)
