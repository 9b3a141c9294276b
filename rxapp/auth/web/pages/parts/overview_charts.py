"""The parts of the overview: a figure, the switch between days and hours, the charts, and the table of their numbers."""

from typing import Any

import reflex as rx

from rxapp.auth.core.audit.periods import DAYS, HOURS
from rxapp.auth.web.texts import OverviewTexts
from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.bar_chart import DANGER, GOOD, amount, bar_chart, sparkline, utc_time
from rxapp.auth.web.ui.interpolation import sentence

_CARD = style.CARD + " min-w-0 p-5"
_NUMBER = style.themed(" text-@strong tabular-nums")
_SWITCH = style.FOCUS + style.themed(
    " cursor-pointer rounded-[var(--auth-radius)] px-3 py-1.5 text-sm font-medium text-@muted hover:text-@strong "
    "aria-pressed:bg-@surface aria-pressed:text-@link aria-pressed:shadow-sm aria-pressed:ring-1 aria-pressed:ring-@line"
)
_LINES = "divide-y divide-@line"
_TITLE = style.themed("text-sm font-semibold text-@strong")
_HEAD = style.SMALL + " px-3 py-2 align-bottom font-medium last:pr-0 "
_CELL = "px-3 py-2 last:pr-0 "
_FIRST = style.themed("sticky left-0 bg-@surface pl-0 text-left")
"""The column of the times stays where it is when the others are scrolled."""


def figure(label: str, value: Any, note: str, count: Any = None) -> rx.Component:
    """One number in large, with what it is above, and below a note in which `count` is another number."""
    parts = {} if count is None else {"count": amount(value=count)}
    return rx.el.div(
        rx.el.dt(label, class_name=style.SMALL),
        rx.el.dd(amount(value=value), class_name="mt-1 text-3xl font-semibold tracking-tight" + _NUMBER),
        rx.el.dd(*sentence(note, **parts), class_name=style.SMALL + " mt-1"),
        class_name=_CARD,
    )


def unit_switch(texts: OverviewTexts, unit: Any, show_per: Any) -> rx.Component:
    """Two buttons, of which one is pressed."""
    return rx.el.div(
        *(
            rx.el.button(
                name,
                type="button",
                aria_pressed=rx.cond(unit == each, "true", "false"),
                on_click=show_per(each),
                class_name=_SWITCH,
            )
            for each, name in (("day", texts.per_day), ("hour", texts.per_hour))
        ),
        role="group",
        aria_label=texts.unit,
        class_name=style.themed("flex gap-1 rounded-[calc(var(--auth-radius)*1.5)] bg-@hover p-1"),
    )


def charts(texts: OverviewTexts, state: Any) -> rx.Component:
    """Logins and failed logins beside each other, and below them what was refused, a row for each reason."""
    in_days, in_hours = texts.in_days.format(count=DAYS.number), texts.in_hours.format(count=HOURS.number)
    time: dict[str, Any] = {"at": state.starts, "unit": state.unit}
    caption = rx.cond(state.unit == "day", in_days, in_hours)
    return rx.el.div(
        _chart(label=texts.logins, counts=state.logins, caption=caption, empty=texts.no_logins, bar=GOOD, **time),
        _chart(label=texts.failed, counts=state.failed, caption=caption, empty=texts.no_failed, bar=DANGER, **time),
        rx.el.section(
            rx.el.h3(texts.refusals, class_name=_TITLE),
            rx.cond(
                state.refusals,
                rx.el.ul(
                    rx.foreach(state.refusals, lambda row: _refusal(row, state.top, time)),
                    class_name=style.themed("mt-3 " + _LINES),
                ),
                rx.el.p(texts.no_refusals, class_name=style.SMALL + " py-6 text-center"),
            ),
            class_name=_CARD + " lg:col-span-2",
        ),
        class_name="mt-4 grid grid-cols-1 gap-4 lg:grid-cols-2",
    )


def _chart(**props: Any) -> rx.Component:
    return rx.el.section(bar_chart(**props), class_name=_CARD)


def _refusal(row: Any, top: Any, time: dict[str, Any]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.reason, class_name=style.TEXT + " min-w-0 text-sm!"),
        rx.el.span(amount(value=row.total), class_name="text-right text-sm font-medium sm:order-last" + _NUMBER),
        rx.el.div(sparkline(counts=row.counts, top=top, bar=DANGER, **time), class_name="col-span-2 sm:col-span-1"),
        key=row.reason,
        class_name="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-2 py-3 sm:grid-cols-[1fr_45%_4rem]",
    )


def numbers(texts: OverviewTexts, state: Any) -> rx.Component:
    """All numbers as a table, folded at first, the newest above. If it is too wide, it scrolls by itself."""
    return rx.el.details(
        rx.el.summary(texts.show_numbers, class_name=_TITLE + " cursor-pointer rounded " + style.FOCUS),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(texts.when, scope="col", class_name=_HEAD + _FIRST),
                        _number_head(texts.logins),
                        _number_head(texts.failed),
                        rx.foreach(state.refusals, lambda refusal: _number_head(refusal.reason)),
                    )
                ),
                rx.el.tbody(
                    rx.foreach(state.rows, lambda row: _line(row, state.unit)),
                    class_name=style.themed(_LINES + " border-t border-@line"),
                ),
                class_name="w-full text-sm",
            ),
            role="region",
            aria_label=texts.charts,
            tab_index=0,
            class_name=style.FOCUS + " mt-3 overflow-x-auto rounded",
        ),
        rx.el.p(texts.bounded, class_name=style.SMALL + " mt-4 max-w-prose"),
        class_name="mt-4 " + _CARD,
    )


def _number_head(name: Any) -> rx.Component:
    return rx.el.th(name, scope="col", class_name=_HEAD + "min-w-24 text-right")


def _line(row: Any, unit: Any) -> rx.Component:
    when = utc_time(at=row.at, unit=unit)
    return rx.el.tr(
        rx.el.th(when, scope="row", class_name=_CELL + _FIRST + style.themed(" font-normal whitespace-nowrap text-@text")),
        _number(row.logins),
        _number(row.failed),
        rx.foreach(row.refused, _number),
        key=row.at,
    )


def _number(value: Any) -> rx.Component:
    return rx.el.td(amount(value=value), class_name=_CELL + "text-right" + _NUMBER)
