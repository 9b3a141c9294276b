"""Security events as a list for people: what has happened, when, and from where."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.identity.client import Client
from rxapp.auth.web.pages.parts.session_rows import device_in_words
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.interpolation import sentence


@dataclass
class EventRow:
    """An event as shown."""

    id: str
    what: str
    detail: str
    who: str
    by: str
    occurred_at: str
    place: str


async def event_rows(events: Iterable[ListedEvent]) -> list[EventRow]:
    """The rows for events of the audit log. In a thread, because parsing a user agent takes up to a millisecond."""
    return await asyncio.to_thread(lambda: [_row(event) for event in events])


def _row(event: ListedEvent) -> EventRow:
    texts, words, is_end = site.texts, site.texts.events, event.kind == EventKind.SESSION_REVOKED
    return EventRow(
        id=str(event.id),
        what=(texts.session_ends.of(event.detail) if is_end else "") or texts.event_kinds.of(event.kind) or event.kind,
        detail="" if is_end else event.detail,
        who=event.user_name or (words.user_gone.format(id=event.user_id) if event.user_id else words.nobody),
        by=event.actor_name or (words.actor_gone.format(id=event.actor_id) if event.actor_id else ""),
        occurred_at=event.occurred_at.isoformat(),
        place=_place(event),
    )


def _place(event: ListedEvent) -> str:
    device = device_in_words(Client(event.address, event.user_agent).describe_device()) if event.user_agent else ""
    return " · ".join(part for part in (device, event.address) if part)


def event_list(rows: Any, now: Any, *, with_user: bool) -> rx.Component:
    """The list. `now` is the server's time."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _item(row, now, with_user)),
        aria_label=site.texts.events.label,
        class_name=style.ROWS + " mt-4 empty:hidden",
    )


def _item(row: Any, now: Any, with_user: bool) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(row.what, class_name=style.STRONG),
                rx.cond(row.detail, rx.el.span(row.detail, class_name=style.SMALL + " break-words")),
                class_name="flex flex-wrap items-baseline gap-x-2",
            ),
            rx.el.p(
                row.who if with_user else rx.fragment(),
                rx.cond(row.by, rx.el.span(" ", *sentence(site.texts.events.by, name=rx.el.strong(row.by)))),
                rx.cond(row.place, rx.el.span(" · " if with_user else rx.cond(row.by, " · ", ""), row.place)),
                class_name=style.SMALL + " break-words",
            ),
            class_name="min-w-0",
        ),
        time_ago(at=row.occurred_at, now=now, class_name=style.SMALL + " shrink-0"),
        key=row.id,
        class_name="flex items-baseline justify-between gap-4 px-5 py-3",
    )
