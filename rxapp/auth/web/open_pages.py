"""Which open pages show which session, and how to take them to the login page when it ends.

Kept per process: a page is pushed to by the worker that its socket is on.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext

SWEEP_THRESHOLD = 1_024
"""Registered pages above which those closed since are looked for; afterwards twice what remained."""

logger = logging.getLogger(__name__)

_pages: dict[UUID, dict[str, type[rx.State]]] = defaultdict(dict)
_sweep_at = SWEEP_THRESHOLD
_pushes: set[asyncio.Task] = set()


def register_page(session_id: UUID, client_token: str, state: type[rx.State]) -> None:
    """Note that the page with this client token shows this session, and which state of it knows how to leave."""
    pages = _pages[session_id]
    if client_token not in pages:
        pages[client_token] = state
        _sweep_if_due()


def sign_out_open_pages(session_id: UUID, reason: str) -> None:
    """Take every open page of the session to the login page, which shows the reason.

    Runs in the background: the caller may hold the lock of one page's state, and two pages that waited for each other's would
    wait for ever.
    """
    for client_token, state in _pages.pop(session_id, {}).items():
        push = asyncio.create_task(_sign_out_page(client_token, state, session_id, reason))
        _pushes.add(push)
        push.add_done_callback(_finished)


async def _sign_out_page(client_token: str, state: Any, session_id: UUID, reason: str) -> None:
    app = RegistrationContext.get().app
    if client_token not in app.event_namespace.token_to_sid:
        return
    async with app.modify_state(rx.BaseStateToken(ident=client_token, cls=state)) as root:
        went = (await root.get_state(state))._sign_out_of(session_id, reason)
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
        for client_token in pages.keys() - connected.keys():
            del pages[client_token]
        if not pages:
            del _pages[session_id]
    _sweep_at = max(SWEEP_THRESHOLD, 2 * sum(map(len, _pages.values())))
