"""A table: rows that are links as a whole, columns by which it is sorted."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from rxapp.auth.web.ui import style
from rxapp.auth.web.ui.components.icon import icon

ROW = style.themed("relative hover:bg-@hover")
CELL = "px-4 py-3 align-middle "
WIDE_ONLY = "max-sm:hidden "
"""For a column that a phone has no room for."""

WHOLE_ROW = "after:absolute after:inset-0"
"""For the link of a row, which is then as large as the row."""

_HEAD = style.themed("px-4 py-2.5 text-left text-xs font-medium text-@muted ")
_SORTING = style.FOCUS + style.themed(" inline-flex cursor-pointer items-center gap-1 rounded hover:text-@strong")


def table(label: str, heads: Sequence[rx.Component], rows: rx.Component, **props: Any) -> rx.Component:
    """The table in a card. `label` is read out to whoever cannot see it, `rows` is made of `rx.el.tr`."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(label, class_name="sr-only"),
            rx.el.thead(rx.el.tr(*heads), class_name=style.themed("border-b border-@line")),
            rx.el.tbody(rows, class_name=style.themed("divide-y divide-@line")),
            class_name="w-full table-auto text-sm " + style.TEXT_COLOUR,
        ),
        class_name="mt-3 overflow-hidden " + style.CARD,
        **props,
    )


def head(label: str, *, class_name: str = "") -> rx.Component:
    """The head of a column."""
    return rx.el.th(label, scope="col", class_name=_HEAD + class_name)


def sorting_head(label: str, name: str, order: Any, is_descending: Any, on_sort: Any, *, class_name: str = "") -> rx.Component:
    """The head of a column by which the table can be sorted. `order` is the name of the column by which it is."""
    is_this = order == name
    direction = rx.cond(is_descending, "descending", "ascending")
    return rx.el.th(
        rx.el.button(
            label,
            rx.cond(is_this, icon(name=direction, class_name="size-4"), rx.el.span(class_name="size-4")),
            type="button",
            on_click=on_sort(name),
            class_name=_SORTING,
        ),
        scope="col",
        aria_sort=rx.cond(is_this, direction, "none"),
        class_name=_HEAD + class_name,
    )


def nothing_found(title: str, why: str, *actions: rx.Component) -> rx.Component:
    """What stands in place of a table without rows: what that means, and what one can do."""
    return rx.el.div(
        rx.el.p(title, class_name=style.STRONG),
        rx.el.p(why, class_name=style.SMALL + " mt-1"),
        *actions,
        class_name=style.themed("mt-3 rounded-[var(--auth-radius)] border border-dashed border-@edge px-6 py-12 text-center"),
    )
