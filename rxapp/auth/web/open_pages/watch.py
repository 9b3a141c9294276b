"""Notices changes outside this process: sessions ended from the command line, by another worker, or because time is over.

It also tells every page of a user what has happened to their account, such as a new second factor. Each of these writes to the
audit log in the same transaction. So the log is complete, and this watcher asks it for new events three times a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.rows import EventNews
from rxapp.auth.core.errors import SessionExpired
from rxapp.auth.core.features import announced_kinds
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.service import AuthService
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.open_pages.acting_pages import note_acts, pages_that_did
from rxapp.auth.web.open_pages.registry import (
    leave_replaced_session,
    load_open_pages_anew,
    load_waiting_pages,
    log_out_all,
    log_out_open_pages,
    sessions_past,
    tell_open_pages,
)
from rxapp.auth.web.site.wording import news_in_words

INTERVAL_SECONDS = 0.3
"""Every open page must know within a second."""

LATE_COMMITS = 128
"""How many of the newest ids are read again each time: transactions may commit in another order than that of their ids."""

logger = logging.getLogger(__name__)


class SessionWatch:
    """Reads the audit log, and remembers its position there."""

    def __init__(self, service: AuthService) -> None:
        self._service = service
        self._announced = announced_kinds(service.features)
        note_acts(self._announced)
        self._newest_id: int | None = None
        self._handled: set[int] = set()

    async def look(self) -> None:
        """Act on the events since the last call. The first call only finds the end of the log."""
        log_out_all(sessions_past(self._service.clock()), SessionExpired.code)
        news = await in_thread(self._read)
        # Both events of a replacement are in one transaction, so one call reads both.
        replaced = {UUID(happened.detail) for happened in news if happened.kind == EventKind.SESSION_REPLACED}
        for happened in news:
            _tell_pages(happened, replaced)
        if announced := [happened for happened in news if happened.kind in self._announced]:
            _announce(announced, await in_thread(self._devices_of, announced))
        load_waiting_pages()

    def _read(self) -> list[EventNews]:
        with self._service.database.connect() as db:
            is_first = self._newest_id is None
            newest_id = events.newest_id(db) if self._newest_id is None else self._newest_id
            found = events.since(db, newest_id - LATE_COMMITS)
        new = [event for event in found if event.id not in self._handled]
        self._newest_id = newest_id = max([newest_id, *(event.id for event in found)])
        self._handled = {event.id for event in found if event.id > newest_id - LATE_COMMITS}
        return [] if is_first else new

    def _devices_of(self, announced: Sequence[EventNews]) -> list[str]:
        """From which device each of these events came, as sessions name devices."""
        with self._service.database.connect() as db:
            user_agents = events.user_agents_of(db, [happened.id for happened in announced])
        return [Client(user_agent=user_agents.get(happened.id, "")).describe_device() for happened in announced]


@contextlib.asynccontextmanager
async def watch_sessions() -> AsyncIterator[None]:
    """A lifespan task: watch the sessions while the app runs."""
    task = asyncio.create_task(_keep_looking(SessionWatch(get_service())))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _keep_looking(watch: SessionWatch) -> None:
    is_blind = False
    while True:
        try:
            await watch.look()
            is_blind = False
        except SQLAlchemyError as error:  # the database is away; the log will still be there when it is back
            if not is_blind:  # log it once, not three times a second
                logger.warning("sessions cannot be watched: %s", type(error).__name__)
            is_blind = True
        await asyncio.sleep(INTERVAL_SECONDS)


def _announce(announced: Sequence[EventNews], devices: Sequence[str]) -> None:
    """Tell the pages of each user, except the page that did it. Of each kind the newest event is told."""
    newest = {(happened.user_id, happened.kind): device for happened, device in zip(announced, devices, strict=True)}
    for (user_id, kind), device in newest.items():
        sentence = news_in_words(kind, device)
        if user_id is not None and sentence:
            tell_open_pages(user_id, kind, sentence, exclude=pages_that_did(kind))


def _tell_pages(happened: EventNews, replaced: set[UUID]) -> None:
    session_id, user_id, kind = happened.session_id, happened.user_id, happened.kind
    if session_id is not None and session_id in replaced and kind == EventKind.SESSION_REVOKED:
        leave_replaced_session(session_id, happened.detail)
    elif session_id is not None and kind in (EventKind.SESSION_REVOKED, EventKind.TOKEN_REUSED):
        log_out_open_pages(session_id, happened.detail)
    elif user_id is not None and kind == EventKind.ROLES_CHANGED:
        load_open_pages_anew(user_id)
