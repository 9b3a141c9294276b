"""Security events as a list for people: what happened in words, when, and from where."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from rxapp.auth.clients import Client
from rxapp.auth.errors import RevocationReason
from rxapp.auth.security_events import EventKind
from rxapp.auth.web.components import time_ago
from rxapp.auth.web.pages import style

WORDS = {
    EventKind.LOGIN: "Logged in",
    EventKind.LOGIN_FAILED: "Failed attempt to log in",
    EventKind.REFRESH_REFUSED: "A stored sign-in was refused",
    EventKind.TOKEN_REUSED: "A sign-in was used in two places, and ended",
    EventKind.DEVICE_PROOF_REFUSED: "A sign-in was tried without its device's key, and refused",
    EventKind.SESSION_REVOKED: "Session ended",
    EventKind.PASSWORD_CONFIRMED: "Password confirmed",
    EventKind.PASSWORD_CONFIRMATION_FAILED: "Wrong password when asked to confirm",
    EventKind.PASSWORD_CHANGED: "Password changed",
    EventKind.PASSWORD_SET: "Password set by link",
    EventKind.PASSWORD_LINK_ISSUED: "Link to set a password made",
    EventKind.USER_REGISTERED: "Account registered",
    EventKind.USER_CREATED: "Account created",
    EventKind.USER_RENAMED: "Display name changed",
    EventKind.USER_DISABLED: "Account disabled",
    EventKind.USER_ENABLED: "Account enabled",
    EventKind.USER_DELETED: "Account deleted",
    EventKind.ROLES_CHANGED: "Roles changed",
    EventKind.PERMISSION_DENIED: "Tried something without permission",
    EventKind.KEYS_ROTATED: "Signing key changed",
    EventKind.THROTTLED: "Too many attempts, slowed down",
}

_REASONS = {
    RevocationReason.SIGNED_OUT: "Logged out",
    RevocationReason.SESSION_REVOKED: "Session ended by its owner",
    RevocationReason.PASSWORD_CHANGED: "Session ended with the change of the password",
    RevocationReason.ENDED_BY_ADMINISTRATOR: "Session ended by an administrator",
    RevocationReason.USER_DISABLED: "Session ended as the account was disabled",
    RevocationReason.ACCOUNT_DELETED: "Session ended as the account was deleted",
}


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


async def event_rows(events: Iterable[Any]) -> list[EventRow]:
    """What `security_events.newest` found, in words. In a thread, for reading a user agent takes up to a millisecond."""
    return await asyncio.to_thread(lambda: [_row(event) for event in events])


def _row(event: Any) -> EventRow:
    is_end = event.kind == EventKind.SESSION_REVOKED
    return EventRow(
        id=str(event.id),
        what=_REASONS.get(event.detail, WORDS[EventKind.SESSION_REVOKED]) if is_end else WORDS.get(event.kind, event.kind),
        detail="" if is_end else event.detail,
        who=event.user_name or (f"a user who is gone ({event.user_id})" if event.user_id else "nobody known"),
        by=event.actor_name or (f"somebody who is gone ({event.actor_id})" if event.actor_id else ""),
        occurred_at=event.occurred_at.isoformat(),
        place=_place(event),
    )


def _place(event: Any) -> str:
    device = Client(event.address, event.user_agent).describe_device() if event.user_agent else ""
    return " · ".join(part for part in (device, event.address) if part)


def event_list(rows: Any, now: Any, *, with_user: bool) -> rx.Component:
    """The list; `now` is the server's time."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _item(row, now, with_user)),
        aria_label="Events",
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
                rx.cond(row.by, rx.el.span(" by ", rx.el.strong(row.by))),
                rx.cond(row.place, rx.el.span(" · " if with_user else rx.cond(row.by, " · ", ""), row.place)),
                class_name=style.SMALL + " break-words",
            ),
            class_name="min-w-0",
        ),
        time_ago(at=row.occurred_at, now=now, class_name=style.SMALL + " shrink-0"),
        key=row.id,
        class_name="flex items-baseline justify-between gap-4 px-5 py-3",
    )
