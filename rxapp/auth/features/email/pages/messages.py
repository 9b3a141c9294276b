"""The administrators' page of messages."""

from dataclasses import dataclass
from typing import Any, Unpack
from uuid import UUID

import reflex as rx

from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.features.email.pages.routes import MESSAGES
from rxapp.auth.features.email.rules import outbox
from rxapp.auth.features.email.rules.outbox import StoredMail
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import admin_frame
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.slots import Slots
from rxapp.auth.web.ui.table import CELL, ROW, WIDE_ONLY, head, nothing_found, table

SHOWN = 50


@dataclass
class MessageRow:
    """A message as administrators see it: not what it says. Times in ISO 8601."""

    id: str
    kind: str
    recipient: str
    state: str
    is_given_up: bool
    why: str
    created_at: str


class MessagesState(rx.State):
    """The newest messages."""

    rows: list[MessageRow] = []
    now: str = ""
    said: Said = Said()

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load."""
        self.said = Said()
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def retry(self, mail_id: str) -> None:
        """Try again to send a message that was given up."""
        service = get_service()
        if any(row.id == mail_id and row.is_given_up for row in self.rows):
            await in_thread(outbox.retry, service.database, UUID(mail_id), service.clock())
            self.said = said(site.texts.mail.retried)
        await self._load()

    async def _load(self) -> None:
        service = get_service()
        self.rows = [_row(each) for each in await in_thread(outbox.newest, service.database, limit=SHOWN)]
        self.now = service.clock().isoformat()


def _row(each: StoredMail) -> MessageRow:
    texts = site.texts.mail
    state = texts.sent if each.sent_at else texts.given_up if each.given_up_at else texts.waits
    why = texts.attempts.format(tries=each.tries, error=each.last_error) if each.last_error else ""
    return MessageRow(
        id=str(each.id),
        kind=texts.of(each.kind),
        recipient=each.recipient,
        state=state,
        is_given_up=each.given_up_at is not None,
        why=why,
        created_at=each.created_at.isoformat(),
    )


def messages_page(**slots: Unpack[Slots]) -> rx.Component:
    """It needs `MessagesState.load` on load."""
    texts, state = site.texts.mail, MessagesState
    rows: Any = state.rows
    heads = [head(texts.what), head(texts.recipient, class_name=WIDE_ONLY), head(texts.state), head(texts.created)]
    return admin_frame(
        MESSAGES,
        passing_notice(state.said),
        rx.cond(
            (rows.length() == 0) & (state.now != ""),
            nothing_found(texts.none, texts.none_why),
            table(texts.label, heads, rx.foreach(state.rows, _message)),
        ),
        **slots,
    )


def _message(row: Any) -> rx.Component:
    texts = site.texts.mail
    retry = rx.el.button(texts.retry, type="button", on_click=MessagesState.retry(row.id), class_name=style.SECONDARY + " mt-2")
    on_phones = rx.el.p(row.recipient, class_name=style.SMALL + " break-all sm:hidden")
    return rx.el.tr(
        rx.el.td(rx.el.span(row.kind, class_name=style.STRONG), on_phones, class_name=CELL),
        rx.el.td(row.recipient, class_name=CELL + WIDE_ONLY + "break-all"),
        rx.el.td(
            row.state,
            rx.cond(row.why, rx.el.p(row.why, class_name=style.SMALL + " max-w-xs break-words")),
            rx.cond(row.is_given_up, retry),
            class_name=CELL,
        ),
        rx.el.td(time_ago(at=row.created_at, now=MessagesState.now), class_name=CELL + "whitespace-nowrap"),
        key=row.id,
        class_name=ROW,
    )
