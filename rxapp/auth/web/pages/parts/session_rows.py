"""Sessions as a list for people: device, place and time, with a button that ends the session."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from rxapp.auth.core.sessions.rows import ListedSession
from rxapp.auth.web.open_pages.counts import count_pages_everywhere
from rxapp.auth.web.pages.parts.device import device_icon
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.interpolation import counted, sentence


@dataclass
class SessionRow:
    """A session as shown. Times in ISO 8601. `is_bound`: its tokens are useless without the device's key."""

    id: str
    icon: str
    device: str
    address: str
    created_at: str
    last_used_at: str
    open_pages: int
    is_bound: bool
    is_this: bool


async def session_rows(sessions: Collection[ListedSession], own: UUID | None = None) -> list[SessionRow]:
    """The rows for active sessions. `own` is the id of the session to mark as this one."""
    open_pages = await count_pages_everywhere(session.id for session in sessions)
    return [
        SessionRow(
            str(session.id),
            device_icon(session.device),
            device_in_words(session.device),
            session.address,
            session.created_at.isoformat(),
            session.last_used_at.isoformat(),
            open_pages[session.id],
            session.is_bound,
            session.id == own,
        )
        for session in sessions
    ]


def session_list(rows: Any, now: Any, *, on_end: Callable[[Any], Any]) -> rx.Component:
    """The list. `now` is the server's time. `on_end` returns the event that ends the session with that id."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _item(row, now, on_end)),
        aria_label=site.texts.sessions.label,
        class_name=style.ROWS + " mt-4 empty:hidden",
    )


_ICON = style.themed("mt-0.5 size-6 shrink-0 text-@muted")


def _item(row: Any, now: Any, on_end: Callable[[Any], Any]) -> rx.Component:
    texts = site.texts.sessions
    created, last_used = time_ago(at=row.created_at, now=now), time_ago(at=row.last_used_at, now=now)
    about = rx.el.div(
        rx.el.p(
            rx.el.span(row.device, class_name=style.STRONG),
            rx.cond(row.is_this, rx.el.span(texts.this_device, class_name=style.BADGE)),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(
            rx.cond(row.address, rx.el.span(row.address, " · ")),
            counted(texts.open_pages, row.open_pages),
            " · ",
            rx.cond(
                row.is_bound,
                rx.el.span(rx.cond(row.is_this, texts.bound_here, texts.bound), title=texts.bound_hint),
                rx.el.span(texts.not_bound, title=texts.not_bound_hint),
            ),
            class_name=style.SMALL,
        ),
        rx.el.p(*sentence(texts.times, created=created, last_used=last_used), class_name=style.SMALL),
        class_name="min-w-0",
    )
    return rx.el.li(
        rx.el.div(icon(name=row.icon, class_name=_ICON), about, class_name="flex min-w-0 items-start gap-3"),
        rx.el.button(
            texts.end,
            type="button",
            aria_label=rx.cond(row.is_this, texts.end_this_label, texts.end_label.format(device=row.device)),
            on_click=on_end(row.id),
            class_name=style.SECONDARY,
        ),
        key=row.id,
        class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-5 py-4 sm:flex-nowrap",
    )
