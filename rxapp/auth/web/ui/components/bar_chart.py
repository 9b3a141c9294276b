"""Small charts of how often something has happened over time, with the numbers and days in the page's language."""

import reflex as rx

from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.component_base import OwnComponent

DANGER = style.themed("fill-@danger")
GOOD = style.themed("fill-@link")
"""The colours of bars. `@accent` is too dark for bars on a dark card: it is made for white text on it."""

_CLASSES = {
    "head": "flex items-baseline justify-between gap-4",
    "label": style.themed("text-sm font-semibold text-@strong"),
    "value": style.themed("text-2xl font-semibold tracking-tight text-@strong tabular-nums"),
    "caption": style.SMALL + " text-right tabular-nums",
    "empty": style.SMALL + " flex h-44 items-center justify-center text-center",
    "box": "mt-4 flex gap-2",
    "axis": style.themed("-mt-1.5 flex h-41 flex-col justify-between text-right text-xs leading-3 text-@muted tabular-nums"),
    "plot": style.FOCUS + " block h-44 min-w-0 flex-1 cursor-crosshair touch-pan-y overflow-visible rounded-xs",
    "line": style.themed("stroke-@line"),
    "tick": style.themed("fill-@muted text-xs"),
    "faded": "opacity-40",
    "small": "block h-8 w-full overflow-visible",
}
"""The script has no classes of its own, because Tailwind reads the pages and not the script."""


class BarChart(OwnComponent):
    """A bar for each of `counts`. `at` are the days or hours (`unit`) at which they begin, in ISO 8601 in UTC.

    `label` says what is counted, `caption` in which period, and `empty` is shown if there is nothing to count. The arrow keys,
    the mouse and a finger choose a bar, whose number and time are then shown in place of the sum and the caption.
    """

    tag = "BarChart"

    at: rx.Var[list[str]]
    counts: rx.Var[list[int]]
    unit: rx.Var[str]
    label: rx.Var[str]
    caption: rx.Var[str]
    empty: rx.Var[str]
    bar: rx.Var[str]
    classes: rx.Var[dict[str, str]] = rx.Var.create(_CLASSES)

    @classmethod
    def script(cls) -> str:
        """The path of the JavaScript file next to this one."""
        return rx.asset("bar_chart.js", shared=True).importable_path


class Sparkline(OwnComponent):
    """Bars without words, for a row that says by itself what is counted. `top` is the number of a bar of full height."""

    tag = "Sparkline"

    at: rx.Var[list[str]]
    counts: rx.Var[list[int]]
    unit: rx.Var[str]
    top: rx.Var[int]
    bar: rx.Var[str]
    classes: rx.Var[dict[str, str]] = rx.Var.create(_CLASSES)

    @classmethod
    def script(cls) -> str:
        """The script of `BarChart`."""
        return BarChart.script()


class Amount(OwnComponent):
    """A number as the page's language writes it, such as 1,204."""

    tag = "Amount"

    value: rx.Var[int]

    @classmethod
    def script(cls) -> str:
        """The script of `BarChart`."""
        return BarChart.script()


class UtcTime(OwnComponent):
    """A day, or a day and an hour (`unit`), of UTC, as the page's language writes them."""

    tag = "UtcTime"

    at: rx.Var[str]
    unit: rx.Var[str]

    @classmethod
    def script(cls) -> str:
        """The script of `BarChart`."""
        return BarChart.script()


bar_chart = BarChart.create
sparkline = Sparkline.create
amount = Amount.create
utc_time = UtcTime.create
