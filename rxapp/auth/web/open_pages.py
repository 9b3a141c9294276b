"""Which open pages show which session, and how to take them to the login page when it ends.

Kept per process: a page is pushed to by the worker that its socket is on.
"""

import asyncio
import logging
from collections import defaultdict
from uuid import UUID

import reflex as rx
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext

SWEEP_THRESHOLD = 1_024
"""Registered pages above which those closed since are looked for; afterwards twice what remained."""

logger = logging.getLogger(__name__)

_pages: dict[UUID, set[str]] = defaultdict(set)
_sweep_at = SWEEP_THRESHOLD
_pushes: set[asyncio.Task] = set()


def register_page(session_id: UUID, client_token: str) -> None:
    """Note that the page with this client token shows this session."""
    pages = _pages[session_id]
    if client_token not in pages:
        pages.add(client_token)
        _sweep_if_due()


def sign_out_open_pages(session_id: UUID, reason: str) -> None:
    """Take every open page of the session to the login page, which shows the reason.

    Runs in the background: the caller may hold the lock of one page's state, and two pages that waited for each other's would
    wait for ever.
    """
    for client_token in _pages.pop(session_id, ()):
        push = asyncio.create_task(_sign_out_page(client_token, session_id, reason))
        _pushes.add(push)
        push.add_done_callback(_finished)


async def _sign_out_page(client_token: str, session_id: UUID, reason: str) -> None:
    from rxapp.auth.web.state import AuthState

    app = RegistrationContext.get().app
    if client_token not in app.event_namespace.token_to_sid:
        return
    async with app.modify_state(rx.BaseStateToken(ident=client_token, cls=AuthState)) as root:
        auth = await root.get_state(AuthState)
        went = auth._sign_out_of(session_id, reason)
    if went is not None:
        await app.event_namespace.emit_update(StateUpdate(events=rx.event.Event.from_event_type([went])), client_token)


def _finished(push: asyncio.Task) -> None:
    _pushes.discard(push)
    if not push.cancelled() and push.exception() is not None:
        logger.error("a page could not be told that its session ended", exc_info=push.exception())


def _sweep_if_due() -> None:
    """Forget closed pages now and then, so that the register does not grow with every tab ever opened."""
    global _sweep_at
    if sum(map(len, _pages.values())) < _sweep_at:
        return
    connected = RegistrationContext.get().app.event_namespace.token_to_sid
    for session_id, pages in list(_pages.items()):
        pages.intersection_update(connected)
        if not pages:
            del _pages[session_id]
    _sweep_at = max(SWEEP_THRESHOLD, 2 * sum(map(len, _pages.values())))
