"""The audit log, for administrators: with a filter, in pages, and as a file to download."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, TypedDict, Unpack

import reflex as rx

from rxapp.auth.core.audit.csv_export import write_csv
from rxapp.auth.core.audit.events import EventFilter
from rxapp.auth.core.audit.rows import ListedEvent
from rxapp.auth.core.features import event_kinds
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import admin_frame, pager, turned
from rxapp.auth.web.pages.parts.event_rows import EventRow, event_rows, event_table
from rxapp.auth.web.pages.parts.routes import EVENTS
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.texts import EventsTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.fields import notices, text_field
from rxapp.auth.web.ui.forms import text_in
from rxapp.auth.web.ui.interpolation import counted
from rxapp.auth.web.ui.slots import Slots
from rxapp.auth.web.ui.table import nothing_found

PAGE_SIZE = 50
EXPORT_LIMIT = 10_000
"""The number of events in one file from the browser. The command line exports all of them."""


class FilterForm(TypedDict):
    """The form's fields. An empty field filters nothing. Days are in UTC, and `until` is included."""

    user: str
    kind: str
    since: str
    until: str


class EventsState(rx.State):
    """The page of events that match the filter."""

    rows: list[EventRow] = []
    now: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    error: str = ""
    filter_form: int = 0

    _wanted: EventFilter = EventFilter()

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: the newest events, without a filter."""
        if await is_new_visit(self):
            self._wanted, self.page, self.error = EventFilter(), 1, ""
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def filter_by(self, form: FilterForm) -> None:
        """Show the events that match the form."""
        self.error = ""
        try:
            self._wanted = await in_thread(_read_filter, form)
        except ValueError as error:
            self.error = str(error)
        else:
            self.page = 1
            await self._load()

    @event(roles=[ADMIN_ROLE])
    async def clear(self) -> None:
        """Show all events again, with an empty form."""
        self._wanted, self.page, self.error = EventFilter(), 1, ""
        self.filter_form += 1
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def turn_page(self, by: int) -> None:
        """Go to another page of the same filter."""
        self.page = turned(self.page, by, self.pages)
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def export(self) -> Any:
        """Download the events that match as a CSV file, the newest first."""
        _, events = await in_thread(get_service().administration.events, self._wanted, limit=EXPORT_LIMIT)
        text = await asyncio.to_thread(_as_csv, events)
        return rx.download(data=text, filename="security-events.csv", mime_type="text/csv")

    async def _load(self) -> None:
        service, offset = get_service(), (self.page - 1) * PAGE_SIZE
        self.total, events = await in_thread(service.administration.events, self._wanted, limit=PAGE_SIZE, offset=offset)
        self.rows, self.now = await event_rows(events), service.clock().isoformat()
        self.pages = max(1, ceil(self.total / PAGE_SIZE))


def _as_csv(events: Sequence[ListedEvent]) -> str:
    text = io.StringIO()
    write_csv(events, text)
    return text.getvalue()


def _read_filter(form: FilterForm) -> EventFilter:
    user = get_service().administration.find_user(text_in(form, "user")) if text_in(form, "user").strip() else None
    if text_in(form, "user").strip() and user is None:
        raise ValueError(site.texts.events.unknown_user)
    until = _day(text_in(form, "until"))
    return EventFilter(
        user_id=user.id if user else None,
        kind=text_in(form, "kind") if text_in(form, "kind") in event_kinds(get_service().features) else "",
        since=_day(text_in(form, "since")),
        before=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        _ = day + timedelta(days=1)  # the end of the day: the calendar's last day has none, and raises
    except (ValueError, OverflowError):
        raise ValueError(site.texts.events.wrong_day) from None
    return day


def events_page(**slots: Unpack[Slots]) -> rx.Component:
    """The filter, the list, and a button for the file. It needs `EventsState.load` on load."""
    texts = site.texts.events
    return admin_frame(
        EVENTS,
        _filter(texts),
        notices(rx.Var.create(""), EventsState.error),
        rx.el.div(
            rx.el.p(counted(texts.found, EventsState.total), role="status", class_name=style.SMALL),
            rx.el.button(texts.export, type="button", on_click=EventsState.export, class_name=style.SECONDARY),
            class_name="mt-2 flex flex-wrap items-center justify-between gap-4",
        ),
        rx.cond(
            (EventsState.total == 0) & (EventsState.now != ""),
            nothing_found(texts.nothing, texts.nothing_why),
            event_table(EventsState.rows, EventsState.now),
        ),
        pager(EventsState.page, EventsState.pages, on_previous=EventsState.turn_page(-1), on_next=EventsState.turn_page(1)),
        **slots,
    )


def _filter(texts: EventsTexts) -> rx.Component:
    known = event_kinds(get_service().features)
    kinds = [rx.el.option(site.texts.event_kinds.of(kind), value=str(kind)) for kind in known]
    return rx.el.form(
        text_field(texts.user, "user", auto_complete="off", max_length=256),
        rx.el.div(
            rx.el.label(texts.kind, html_for="kind", class_name=style.LABEL),
            rx.el.select(rx.el.option(texts.any_kind, value=""), *kinds, id="kind", name="kind", class_name=style.FIELD),
            class_name="mb-4",
        ),
        text_field(texts.since, "since", type="date"),
        text_field(texts.until, "until", type="date"),
        rx.el.div(
            rx.el.button(texts.filter, type="submit", class_name=style.PRIMARY),
            rx.el.button(texts.clear, type="button", on_click=EventsState.clear, class_name=style.SECONDARY),
            class_name="mb-4 flex gap-3 self-end py-0.5",
        ),
        on_submit=EventsState.filter_by,
        method="post",
        key=EventsState.filter_form,
        class_name="mt-6 grid grid-cols-1 gap-x-4 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_10rem_10rem_auto]",
    )
