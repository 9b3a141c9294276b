"""A person's own page of security events: what has happened to their account."""

from typing import Unpack

import reflex as rx

from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import account_frame
from rxapp.auth.web.pages.parts.event_rows import EventRow, event_list, event_rows
from rxapp.auth.web.pages.parts.routes import ACTIVITY
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.slots import Slots

PAGE_SIZE = 25


class ActivityState(rx.State):
    """The newest events, and whether there are older ones."""

    rows: list[EventRow] = []
    now: str = ""
    has_more: bool = False

    @event
    async def load(self) -> None:
        """On load: the newest events."""
        self.rows = []
        await self._append()

    @event
    async def show_more(self) -> None:
        """Add the next older events."""
        await self._append()

    async def _append(self) -> None:
        service, offset = get_service(), len(self.rows)
        found = await in_thread(service.accounts.events_of, current_user(), limit=PAGE_SIZE + 1, offset=offset)
        self.rows += await event_rows(found[:PAGE_SIZE], is_own=True)
        self.has_more, self.now = len(found) > PAGE_SIZE, service.clock().isoformat()


def activity_page(**slots: Unpack[Slots]) -> rx.Component:
    """The list, and a button for more. It needs `ActivityState.load` on load."""
    texts = site.texts.activity
    return account_frame(
        ACTIVITY,
        rx.el.p(texts.intro, class_name=style.TEXT + " mt-6"),
        event_list(ActivityState.rows, ActivityState.now),
        rx.cond(
            ActivityState.has_more,
            rx.el.button(texts.more, type="button", on_click=ActivityState.show_more, class_name=style.SECONDARY + " mt-4"),
        ),
        **slots,
    )
