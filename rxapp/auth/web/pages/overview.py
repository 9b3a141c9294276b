"""The overview, for administrators: figures of today, charts of the audit log, and their numbers as a table."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Unpack

import reflex as rx

from rxapp.auth.core.accounts.overview import PERIODS
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.audit.statistics import REFUSALS
from rxapp.auth.core.identity.user_names import ADMIN_ROLE
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.auth_state.visits import is_new_visit
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.account_frame import admin_frame
from rxapp.auth.web.pages.parts.overview_charts import charts, figure, numbers, unit_switch
from rxapp.auth.web.pages.parts.routes import OVERVIEW
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.texts import OverviewTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.time_ago import time_ago
from rxapp.auth.web.ui.interpolation import sentence
from rxapp.auth.web.ui.slots import Slots

FIRST_UNIT = "day"


@dataclass
class RefusalRow:
    """A reason for which something was refused: how often in each span, and in all of them."""

    reason: str
    counts: list[int]
    total: int


@dataclass
class SpanRow:
    """A row of the table: a day or an hour. `refused` has a number for each reason, in the order of `OverviewState.refusals`."""

    at: str
    logins: int
    failed: int
    refused: list[int]


class OverviewState(rx.State):
    """What has happened in the last days or hours, and how things stand now. `top` is the highest number of any refusal."""

    now: str = ""
    unit: str = FIRST_UNIT
    is_new: bool = False

    users: int = 0
    new_users: int = 0
    sessions: int = 0
    logins_today: int = 0
    logins_before: int = 0
    failed_today: int = 0
    failed_before: int = 0

    starts: list[str] = []
    logins: list[int] = []
    failed: list[int] = []
    refusals: list[RefusalRow] = []
    top: int = 0
    rows: list[SpanRow] = []

    @event(roles=[ADMIN_ROLE])
    async def load(self) -> None:
        """On load: the figures, and the days at first."""
        if await is_new_visit(self):
            self.unit = FIRST_UNIT
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def refresh(self) -> None:
        """The newest numbers of what is shown."""
        await self._load()

    @event(roles=[ADMIN_ROLE])
    async def show_per(self, unit: str) -> None:
        """Show days or hours. An event sent by hand may hold anything: then nothing changes."""
        if isinstance(unit, str) and unit in PERIODS:
            self.unit = unit
            await self._load_counts()

    async def _load(self) -> None:
        await self._load_figures()
        await self._load_counts()

    async def _load_figures(self) -> None:
        service = get_service()
        figures = await in_thread(service.overview.figures)
        self.now, self.is_new = service.clock().isoformat(), figures.is_new
        self.users, self.new_users, self.sessions = figures.users, figures.new_users, figures.active_sessions
        self.logins_today, self.logins_before = figures.today[EventKind.LOGIN], figures.day_before[EventKind.LOGIN]
        self.failed_today, self.failed_before = figures.today[EventKind.LOGIN_FAILED], figures.day_before[EventKind.LOGIN_FAILED]

    async def _load_counts(self) -> None:
        overview = get_service().overview
        spans = overview.spans(self.unit)
        counts = [await in_thread(overview.count, span) for span in spans]  # one by one: others get a turn in between
        self.starts = [span.since.isoformat() for span in spans]
        self.logins = [count[EventKind.LOGIN] for count in counts]
        self.failed = [count[EventKind.LOGIN_FAILED] for count in counts]
        self.refusals = _refusals(counts)
        self.top = max((count for refusal in self.refusals for count in refusal.counts), default=0)
        refused = [[refusal.counts[index] for refusal in self.refusals] for index in range(len(spans))]
        numbers = zip(self.starts, self.logins, self.failed, refused, strict=True)
        self.rows = [SpanRow(*each) for each in numbers][::-1]


def _refusals(counts: list[Counter[str]]) -> list[RefusalRow]:
    """A row for each reason that occurred, the most frequent first."""
    words = site.texts.overview.reasons
    each = [(kind, [count[kind] for count in counts]) for kind in REFUSALS]
    rows = [RefusalRow(words.of(kind), numbers, sum(numbers)) for kind, numbers in each if any(numbers)]
    return sorted(rows, key=lambda row: -row.total)


def overview_page(**slots: Unpack[Slots]) -> rx.Component:
    """The figures, the charts and the table. It needs `OverviewState.load` on load."""
    texts = site.texts.overview
    return admin_frame(
        OVERVIEW,
        rx.cond(
            OverviewState.now,
            rx.fragment(*_content(texts)),
            rx.el.p(site.texts.notices.loading, role="status", class_name=style.SMALL + " mt-6"),
        ),
        **slots,
    )


def _content(texts: OverviewTexts) -> list[rx.Component]:
    state = OverviewState
    return [
        _freshness(texts),
        rx.cond(state.is_new, rx.el.p(texts.is_new, class_name=style.NEUTRAL_NOTICE + " mt-4")),
        rx.el.dl(
            figure(texts.users, state.users, texts.new_users, state.new_users),
            figure(texts.sessions, state.sessions, texts.sessions_now),
            figure(texts.logins_today, state.logins_today, texts.day_before, state.logins_before),
            figure(texts.failed_today, state.failed_today, texts.day_before, state.failed_before),
            aria_label=texts.figures,
            class_name="mt-4 grid grid-cols-2 gap-4 lg:grid-cols-4",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.h2(texts.charts, class_name=style.SUBHEADING),
                rx.el.p(texts.in_utc, class_name=style.SMALL),
                class_name="min-w-0",
            ),
            unit_switch(texts, state.unit, state.show_per),
            class_name="mt-10 flex flex-wrap items-end justify-between gap-x-4 gap-y-3",
        ),
        charts(texts, state),
        numbers(texts, state),
    ]


def _freshness(texts: OverviewTexts) -> Any:
    when = time_ago(at=OverviewState.now, now=OverviewState.now)
    return rx.el.div(
        rx.el.p(*sentence(texts.updated, time=when), class_name=style.SMALL),
        rx.el.button(texts.refresh, type="button", on_click=OverviewState.refresh, class_name=style.SECONDARY),
        class_name="mt-6 flex items-center justify-between gap-4",
    )
