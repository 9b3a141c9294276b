"""A sequence diagram: who has sent what to whom, from the browser to the database. Read aloud, it is a list of sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from rxapp.auth.features.inspector.recorder import Happening, Party, Step
from rxapp.auth.web.ui import style

PARTIES = [party.name.capitalize() for party in Party]


@dataclass
class StepRow:
    """An arrow: its columns as CSS has them, and what it says."""

    columns: str
    way: str
    words: str
    is_leftward: bool
    is_refusal: bool
    is_lost: bool


@dataclass
class HappeningRow:
    """One event or request, and its arrows."""

    number: int
    at: str
    title: str
    steps: list[StepRow] = field(default_factory=list)


def rows_of(happenings: Sequence[Happening]) -> list[HappeningRow]:
    """The same as the page shows it."""
    return [
        HappeningRow(
            each.number,
            each.at.astimezone().strftime("%H:%M:%S"),
            each.title,
            [step_row(step, PARTIES) for step in each.steps],
        )
        for each in happenings
    ]


def step_row(step: Step, names: Sequence[str]) -> StepRow:
    """The arrow between two of four parties, which have these names from left to right."""
    left, right = sorted((step.sender, step.receiver))
    # Each party has two columns, and its line is between them.
    columns = f"{2 * left} / {2 * right}"
    way = f"{names[step.sender - 1]} to {names[step.receiver - 1]}: "
    words = f"{step.words}, lost on the way" if step.is_lost else step.words
    return StepRow(columns, way, words, step.sender > step.receiver, step.is_refusal, step.is_lost)


def diagram(happenings: Any) -> rx.Component:
    """The happenings, the last first."""
    return rx.cond(
        happenings.length() == 0,
        rx.el.p("Nothing yet. Click something in another tab.", class_name=style.TEXT),
        rx.el.ol(rx.foreach(happenings, _happening), class_name="space-y-6"),
    )


def _happening(happening: Any) -> rx.Component:
    return rx.el.li(
        rx.el.h3(
            rx.el.span(happening.at, class_name="mr-2 tabular-nums " + style.SMALL),
            happening.title,
            class_name="wrap-anywhere " + style.STRONG,
        ),
        arrows(PARTIES, happening.steps),
        key=happening.number,
    )


def arrows(names: Any, steps: Any) -> rx.Component:
    """The arrows between four parties, one below the other."""
    return rx.el.div(
        rx.el.div(rx.foreach(names, _line), aria_hidden="true", class_name="absolute inset-0 grid grid-cols-8"),
        rx.el.ol(rx.foreach(steps, _step), class_name="relative space-y-2 pt-8 pb-2"),
        class_name="relative mt-2",
    )


def _line(name: Any) -> rx.Component:
    """A party that takes no part has no name, and no line."""
    return rx.el.div(
        rx.el.span(name, class_name="block text-center text-xs font-medium " + style.themed("text-@muted")),
        rx.cond(name, rx.el.span(class_name=style.themed("mx-auto block h-full w-px bg-@line"))),
        class_name="col-span-2 flex flex-col overflow-hidden",
    )


def _step(step: Any) -> rx.Component:
    """Its words stand above the arrow: on a phone in the whole width, and with the names of the two parties."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(step.way, class_name="font-medium sm:sr-only"),
                step.words,
                class_name=style.themed("bg-@surface box-decoration-clone px-1"),
            ),
            style={"gridColumn": step.columns},
            class_name=style.themed("relative max-sm:col-[1/-1]! sm:text-center text-xs text-@text wrap-anywhere"),
        ),
        rx.el.div(_arrow(step), aria_hidden="true", style={"gridColumn": step.columns}, class_name="relative h-3"),
        class_name="grid grid-cols-8",
    )


def _arrow(step: Any) -> rx.Component:
    """What is lost ends half-way, with a cross."""
    line = rx.cond(step.is_refusal, style.themed("border-@danger"), style.themed("border-@link"))
    end = rx.cond(step.is_leftward, "left-0 border-r-[6px] ", "right-0 border-l-[6px] ")
    half = rx.cond(step.is_leftward, "left-1/2 right-0 ", "left-0 right-1/2 ")
    return rx.cond(
        step.is_lost,
        rx.fragment(
            rx.el.span(class_name=[half, line, "absolute top-1/2 border-t border-dashed"]),
            rx.el.span(
                "✕", class_name=style.themed("absolute top-1/2 left-1/2 -translate-1/2 text-sm leading-none text-@danger")
            ),
        ),
        rx.fragment(
            rx.el.span(class_name=[line, "absolute inset-x-0 top-1/2 border-t"]),
            rx.el.span(class_name=[end, line, "absolute top-1/2 -translate-y-1/2 border-y-4 border-y-transparent"]),
        ),
    )
