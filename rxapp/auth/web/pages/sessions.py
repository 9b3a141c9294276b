"""The page of a person's own sessions and trusted devices, with buttons that end them."""

from contextlib import suppress
from typing import Any, Unpack
from uuid import UUID

import reflex as rx

from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.state import AuthState
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.open_pages.registry import log_out_all, log_out_open_pages
from rxapp.auth.web.pages.parts.account_frame import account_frame
from rxapp.auth.web.pages.parts.routes import SESSIONS
from rxapp.auth.web.pages.parts.session_rows import SessionRow, session_list, session_rows
from rxapp.auth.web.pages.parts.trusted_rows import TrustedRow, trusted_list, trusted_rows
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.slots import Slots


class SessionsState(rx.State):
    """The person's active sessions and trusted devices. `now` is the time when they were read."""

    rows: list[SessionRow] = []
    trusted: list[TrustedRow] = []
    now: str = ""
    said: Said = Said()

    @event
    async def load(self) -> None:
        """On load: the active sessions."""
        if await is_new_visit(self):
            self.said = Said()
        await self._load()

    @event
    async def end(self, session_id: str) -> Any:
        """End one session: this one at once, another one only after a fresh proof, such as the password."""
        if session_id == str(current_user().session_id):
            return AuthState.log_out
        return SessionsState.end_other(session_id)

    @event(fresh=True)
    async def end_other(self, session_id: str) -> None:
        """End one of the person's other sessions, and send its open pages to the login page."""
        try:
            wanted = UUID(session_id)
            await in_thread(get_service().accounts.end_session, current_user(), wanted, page_client(self))
        except (ValueError, NotFound):
            self.said = said(site.texts.sessions.had_ended)
        else:
            log_out_open_pages(wanted, RevocationReason.SESSION_REVOKED)
            self.said = said(site.texts.sessions.ended)
        await self._load()

    @event(fresh=True)
    async def end_others(self) -> None:
        """End all sessions except this one."""
        ended = await in_thread(get_service().accounts.end_other_sessions, current_user(), page_client(self))
        log_out_all(ended, RevocationReason.SESSION_REVOKED)
        self.said = said(site.texts.sessions.others_ended.of(len(ended)))
        await self._load()

    @event
    async def ask_again(self, trust_id: str) -> None:
        """End the trust in a device. It only takes something away, so no fresh proof is needed."""
        with suppress(ValueError, NotFound):
            await in_thread(get_service().trusted_devices.end, current_user(), UUID(trust_id), page_client(self))
        self.said = said(site.texts.sessions.asked_again)
        await self._load()

    async def _load(self) -> None:
        identity, service = current_user(), get_service()
        self.trusted = trusted_rows(await in_thread(service.trusted_devices.of, identity))
        self.rows = await session_rows(await in_thread(service.accounts.sessions_of, identity), own=identity.session_id)
        self.now = service.clock().isoformat()


def sessions_page(**slots: Unpack[Slots]) -> rx.Component:
    """The list, and a button that ends all other sessions. It needs `SessionsState.load` on load."""
    rows: Any = SessionsState.rows
    texts = site.texts.sessions
    return account_frame(
        SESSIONS,
        rx.el.div(
            rx.el.p(texts.intro, class_name=style.TEXT),
            rx.cond(
                rows.length() > 1,
                rx.el.button(texts.end_all_others, type="button", on_click=SessionsState.end_others, class_name=style.SECONDARY),
            ),
            class_name="mt-6 flex flex-wrap items-center justify-between gap-4",
        ),
        session_list(SessionsState.rows, SessionsState.now, on_end=SessionsState.end),
        trusted_list(SessionsState.trusted, SessionsState.now, on_end=SessionsState.ask_again),
        passing_notice(SessionsState.said),
        **slots,
    )
