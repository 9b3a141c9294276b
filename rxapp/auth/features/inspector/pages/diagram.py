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
    return StepRow(columns, way, step.words, is_leftward=step.sender > step.receiver, is_refusal=step.is_refusal)


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
    return rx.el.div(
        rx.el.span(name, class_name="block text-center text-xs font-medium " + style.themed("text-@muted")),
        rx.el.span(class_name=style.themed("mx-auto block h-full w-px bg-@line")),
        class_name="col-span-2 flex flex-col overflow-hidden",
    )


def _step(step: Any) -> rx.Component:
    """Its words stand above the arrow, on the background of the card: the parties' lines must not run through them."""
    line = rx.cond(step.is_refusal, style.themed("bg-@danger"), style.themed("bg-@accent"))
    head = rx.cond(
        step.is_leftward,
        "left-0 border-r-[6px] border-y-4 border-y-transparent ",
        "right-0 border-l-[6px] border-y-4 border-y-transparent ",
    )
    colour = rx.cond(step.is_refusal, style.themed("border-@danger"), style.themed("border-@accent"))
    return rx.el.li(
        rx.el.div(
            rx.el.span(step.way, class_name="sr-only"),
            rx.el.span(
                step.words,
                class_name=style.themed("relative mb-1 block bg-@surface px-1 text-center text-xs text-@text wrap-anywhere"),
            ),
            rx.el.span(
                rx.el.span(class_name=[line, "absolute inset-x-0 top-1/2 h-px"]),
                rx.el.span(class_name=[head, colour, "absolute top-1/2 -translate-y-1/2"]),
                aria_hidden="true",
                class_name="relative block h-2",
            ),
            style={"gridColumn": step.columns},
        ),
        class_name="grid grid-cols-8",
    )
