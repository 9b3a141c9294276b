"""Which open pages show which session, and how they learn that it has ended or that its user's roles have changed.

Each process has its own registry, because only the worker that has a page's socket pushes to the page. `watch.py` notices what
other processes do.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.state import StateUpdate

from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.web.page_session.work import doubt_work, leave_work
from rxapp.auth.web.reflex_internals.app import registrations
from rxapp.auth.web.reflex_internals.connections import connected_pages

SWEEP_THRESHOLD = 1_024
"""With more registered pages than this, closed pages are removed. The next time is at twice the number that remained."""

FOLLOWING_SECONDS = 0.4
"""How long the pages of a replaced session have to follow into the new one. By then a page of the same browser has stored the
new pair.

A page that has only a copy of the old pair must leave within a second, and the watch takes up to 0.3 s of that.
"""

logger = logging.getLogger(__name__)


@dataclass
class _ShownSession:
    """The user of the session, its end, and the pages that show it: by client token, the state that can leave the page."""

    user_id: UUID
    expires_at: datetime
    pages: dict[str, type[rx.State]] = field(default_factory=dict)


_shown: dict[UUID, _ShownSession] = {}
_waiting: dict[str, type[rx.State]] = {}
_sweep_at = SWEEP_THRESHOLD
_pushes: set[asyncio.Task] = set()


def register_page(identity: Identity, client_token: str, state: type[rx.State]) -> None:
    """Register the page with this client token as one that shows this session. `state` is the state that can leave the page."""
    session = _shown.setdefault(identity.session_id, _ShownSession(identity.user_id, identity.expires_at))
    if client_token not in session.pages:
        session.pages[client_token] = state
        _sweep_if_due()


def unregister_page(session_id: UUID, client_token: str) -> None:
    """Remove a page that has closed, or that no longer shows a person's data."""
    session = _shown.get(session_id)
    if session is not None and session.pages.pop(client_token, None) is not None and not session.pages:
        del _shown[session_id]


def count_open_pages(session_id: UUID) -> int:
    """How many pages of the session are open in this process now."""
    session = _shown.get(session_id)
    return len(session.pages.keys() & connected_pages().keys()) if session else 0


def open_pages() -> set[tuple[UUID, str]]:
    """The session and the client token of each page that has its socket in this process."""
    connected = connected_pages()
    return {(id_, page) for id_, session in _shown.items() for page in session.pages if page in connected}


def sessions_past(now: datetime) -> list[UUID]:
    """The sessions that pages still show although their lifetime has ended."""
    return [session_id for session_id, session in _shown.items() if session.expires_at <= now]


def log_out_open_pages(session_id: UUID, reason: str) -> None:
    """Send every open page of the session to the login page, which shows the reason.

    Runs in the background: the caller may hold the lock on one page's state, and two pages that wait for each other's lock would
    be a deadlock.
    """
    doubt_work([session_id])
    session = _shown.pop(session_id, None)
    for client_token, state in session.pages.items() if session else ():
        _push(client_token, state, lambda page: page._log_out_of(session_id, reason))


def log_out_all(session_ids: Iterable[UUID], reason: str) -> None:
    """`log_out_open_pages` for several sessions."""
    for session_id in session_ids:
        log_out_open_pages(session_id, reason)


def leave_replaced_session(session_id: UUID, reason: str) -> None:
    """Send the pages of a replaced session to the login page, except those that have followed into the new one.

    A page of the same browser follows when the new pair is stored there. A page with a copy of the old pair cannot follow. The
    pages are unregistered first, so that nothing else logs them out: a refused copy would log out the owner's pages too.
    """
    session = _shown.pop(session_id, None)
    for client_token, state in session.pages.items() if session else ():
        _push(client_token, state, lambda page: page._log_out_of(session_id, reason), after=FOLLOWING_SECONDS)


def load_open_pages_anew(user_id: UUID) -> None:
    """Make every open page of the user clear what it shows and load again, with the present roles."""
    doubt_work(user_id=user_id)
    for session in _shown.values():
        if session.user_id == user_id:
            for client_token, state in session.pages.items():
                _push(client_token, state, lambda page: page._load_anew())


def tell_open_pages(user_id: UUID, kind: str, sentence: str, *, exclude: Collection[str]) -> None:
    """Every open page of the user says this sentence on an event of this kind, except those with the client tokens `exclude`."""
    for session in _shown.values():
        if session.user_id == user_id:
            for client_token in session.pages.keys() - exclude:
                _push(client_token, session.pages[client_token], lambda page: page._tell(user_id, kind, sentence))


def wait_for_database(client_token: str, state: type[rx.State]) -> None:
    """Register a page that cannot verify its person while the database is away. It is loaded again when the database is back."""
    _waiting[client_token] = state


def load_waiting_pages() -> None:
    """The database has answered: load the pages that wait for it."""
    while _waiting:
        client_token, state = _waiting.popitem()
        _push(client_token, state, lambda page: page._load_events())


def _push(client_token: str, state: type[rx.State], act: Callable[[Any], Any], *, after: float = 0) -> None:
    push = asyncio.create_task(_act_on_page(client_token, state, act, after))
    _pushes.add(push)
    push.add_done_callback(_finished)


async def _act_on_page(client_token: str, state: Any, act: Callable[[Any], Any], after: float) -> None:
    leave_work()
    if after:
        await asyncio.sleep(after)
    if client_token not in connected_pages():
        return
    app: Any = registrations().app
    async with app.modify_state(rx.BaseStateToken(ident=client_token, cls=state)) as root:
        follows = act(await root.get_state(state))
        if inspect.isawaitable(follows):
            follows = await follows
    if follows:
        await app.event_namespace.emit_update(StateUpdate(events=rx.event.Event.from_event_type(follows)), client_token)


def _finished(push: asyncio.Task) -> None:
    _pushes.discard(push)
    if not push.cancelled() and push.exception() is not None:
        logger.error("an open page could not be updated after a change of its session", exc_info=push.exception())


def _sweep_if_due() -> None:
    """Remove closed pages from time to time, so that the registry does not grow with every tab ever opened."""
    global _sweep_at
    if sum(len(session.pages) for session in _shown.values()) < _sweep_at:
        return
    connected = connected_pages()
    for session_id, session in list(_shown.items()):
        for client_token in session.pages.keys() - connected.keys():
            del session.pages[client_token]
        if not session.pages:
            del _shown[session_id]
    _sweep_at = max(SWEEP_THRESHOLD, 2 * sum(len(session.pages) for session in _shown.values()))
