"""Security events for people: what has happened, when, and from where. As a list, and as a table for administrators."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.identity.client import Client
from rxapp.auth.web.pages.parts.device import device_icon
from rxapp.auth.web.pages.parts.event_words import detail_in_words, icon_of, is_bad, what_in_words
from rxapp.auth.web.pages.parts.routes import USER
from rxapp.auth.web.reflex_internals.components import link
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.table import CELL, ROW, WHOLE_ROW, WIDE_ONLY, head, table


@dataclass
class EventRow:
    """An event as shown. `user_id` is empty if there is no such user. `is_bad`: something was refused or has failed."""

    id: str
    icon: str
    is_bad: bool
    what: str
    detail: str
    user_id: str
    who: str
    by: str
    occurred_at: str
    device_icon: str
    place: str


async def event_rows(events: Iterable[ListedEvent], *, is_own: bool = False) -> list[EventRow]:
    """The rows for events of the audit log. In a thread, because parsing a user agent takes up to a millisecond.

    `is_own`: they are shown to the person themself, without what only administrators understand.
    """
    return await asyncio.to_thread(lambda: [_row(event, is_own=is_own) for event in events])


def _row(event: ListedEvent, *, is_own: bool) -> EventRow:
    words = site.texts.events
    device = Client(event.address, event.user_agent).describe_device() if event.user_agent else ""
    return EventRow(
        id=str(event.id),
        icon=icon_of(event.kind),
        is_bad=is_bad(event.kind),
        what=what_in_words(event.kind, event.detail),
        detail=detail_in_words(event.kind, event.detail, is_own=is_own),
        user_id=str(event.user_id) if event.user_name else "",
        who=event.user_name or (words.user_gone.format(id=event.user_id) if event.user_id else words.nobody),
        by=event.actor_name or (words.actor_gone.format(id=event.actor_id) if event.actor_id else ""),
        occurred_at=event.occurred_at.isoformat(),
        device_icon=device_icon(device) if device else "",
        place=" · ".join(part for part in (device_in_words(device) if device else "", event.address) if part),
    )


def event_list(rows: Any, now: Any) -> rx.Component:
    """The list of one user's events. `now` is the server's time."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _item(row, now)),
        aria_label=site.texts.events.label,
        class_name=style.ROWS + " mt-4 empty:hidden",
    )


def event_table(rows: Any, now: Any) -> rx.Component:
    """The table of everybody's events. `now` is the server's time."""
    texts = site.texts.events
    heads = [
        head(texts.kind),
        head(texts.user, class_name=WIDE_ONLY),
        head(texts.place, class_name=WIDE_ONLY),
        head(texts.when, class_name="text-right"),
    ]
    return table(texts.label, heads, rx.foreach(rows, lambda row: _table_row(row, now)))


def _item(row: Any, now: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            _icon(row),
            rx.el.div(
                _what(row),
                rx.el.p(
                    _by(row),
                    rx.cond(row.place, rx.el.span(rx.cond(row.by, " · ", ""), row.place)),
                    class_name=style.SMALL + " break-words empty:hidden",
                ),
                class_name="min-w-0",
            ),
            class_name="flex min-w-0 items-start gap-3",
        ),
        time_ago(at=row.occurred_at, now=now, class_name=style.SMALL + " shrink-0"),
        key=row.id,
        class_name="flex items-baseline justify-between gap-4 px-5 py-3",
    )


def _table_row(row: Any, now: Any) -> rx.Component:
    on_phones = rx.el.p(row.who, rx.cond(row.place, rx.el.span(" · ", row.place)), class_name="sm:hidden " + style.SMALL)
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                _icon(row),
                rx.el.div(
                    _what(row), rx.el.p(_by(row), class_name=style.SMALL + " empty:hidden"), on_phones, class_name="min-w-0"
                ),
                class_name="flex items-start gap-3",
            ),
            class_name=CELL,
        ),
        rx.el.td(
            rx.cond(
                row.user_id,
                link(row.who, to=f"{USER}?id={row.user_id}", class_name=style.LINK + " break-words " + WHOLE_ROW),
                row.who,
            ),
            class_name=CELL + WIDE_ONLY + "min-w-32",
        ),
        rx.el.td(
            rx.el.div(
                rx.cond(row.device_icon, icon(name=row.device_icon, class_name="size-4 shrink-0")),
                row.place,
                class_name="flex items-center gap-2 md:whitespace-nowrap " + style.SMALL,
            ),
            class_name=CELL + WIDE_ONLY,
        ),
        rx.el.td(time_ago(at=row.occurred_at, now=now), class_name=CELL + "text-right whitespace-nowrap"),
        key=row.id,
        class_name=ROW,
    )


def _icon(row: Any) -> rx.Component:
    return icon(name=row.icon, class_name=rx.cond(row.is_bad, _BAD_ICON, _ICON))


_ICON = style.themed("mt-0.5 size-5 shrink-0 text-@muted")
_BAD_ICON = style.themed("mt-0.5 size-5 shrink-0 text-@danger")


def _what(row: Any) -> rx.Component:
    return rx.el.p(
        rx.el.span(row.what, class_name=rx.cond(row.is_bad, style.BAD, style.STRONG)),
        rx.cond(row.detail, rx.el.span(row.detail, class_name=style.SMALL + " break-words")),
        class_name="flex flex-wrap items-baseline gap-x-2",
    )


def _by(row: Any) -> Any:
    return rx.cond(row.by, rx.el.span(*sentence(site.texts.events.by, name=rx.el.strong(row.by))))
