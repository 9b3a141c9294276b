"""A customer in the list: the name with two buttons, the form to change the name, or the question before removing."""

from typing import Any

import reflex as rx

from rxapp.auth.web import style
from rxapp.demo.pages.customers.name_field import name_error, name_input
from rxapp.demo.pages.customers.state import CHANGED_NAME, CustomersState

ICON_BUTTON = style.FOCUS + style.themed(
    " inline-flex size-11 cursor-pointer items-center justify-center rounded-lg text-@muted hover:bg-@hover hover:text-@strong"
)
ICON = "size-5 fill-none stroke-current stroke-[1.75] [stroke-linecap:round] [stroke-linejoin:round]"
ROW = "flex min-h-16 flex-wrap gap-x-4 gap-y-2 py-2.5 pr-3 pl-5 "
NAME = style.themed("min-w-0 flex-1 text-@strong wrap-anywhere ")

PENCIL = "M4 20h4L19 9a2.83 2.83 0 0 0-4-4L4 16v4ZM13.5 6.5l4 4"
BIN = "M4 7h16M10 11v6m4-6v6M6 7l1 12a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1l1-12M9 7V4h6v3"

ESCAPE_CANCELS = {
    # It runs in the browser, to avoid a round trip for each key. In an input method, Escape only cancels the composition.
    "on_key_down": rx.Var(
        '(event) => event.key === "Escape" && !event.nativeEvent.isComposing'
        ' && event.currentTarget.querySelector("[data-cancels]").click()'
    )
}
SELECT_ALL = {"on_focus": rx.Var("(event) => event.target.select()")}


def customer_row(row: Any) -> rx.Component:
    """One list item. `row` is a Var of `Row`."""
    return rx.el.li(
        rx.match(
            row["id"],
            (CustomersState.renaming, _form(row)),
            (CustomersState.removing, _question(row)),
            _name_and_buttons(row),
        ),
        key=row["id"].to_string(),
    )


def _name_and_buttons(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(row["name"], class_name=NAME),
        rx.el.div(
            _icon_button("Rename", row, PENCIL, on_click=CustomersState.start_renaming(row["id"])),
            _icon_button("Remove", row, BIN, on_click=CustomersState.start_removing(row["id"])),
            class_name="flex shrink-0",
        ),
        class_name=ROW + "items-center",
    )


def _icon_button(action: str, row: Any, path: str, *, on_click: Any) -> rx.Component:
    return rx.el.button(
        rx.el.svg(rx.el.path(d=path), view_box="0 0 24 24", aria_hidden="true", class_name=ICON),
        type="button",
        aria_label=f"{action} {row['name']}",
        auto_focus=CustomersState.focused == f"{action} {row['id']}",
        on_click=on_click,
        class_name=ICON_BUTTON,
    )


def _form(row: Any) -> rx.Component:
    return rx.el.form(
        rx.el.div(
            name_input(
                CHANGED_NAME,
                CustomersState.rename_error,
                default_value=row["name"],
                auto_focus=True,
                aria_label=f"New name of {row['name']}",
                custom_attrs=SELECT_ALL,
            ),
            rx.el.input(type="hidden", name="id", value=row["id"].to_string()),
            name_error(CHANGED_NAME, CustomersState.rename_error),
            class_name="min-w-48 flex-1 sm:-ml-3",
        ),
        rx.el.div(
            rx.el.button("Save", type="submit", class_name=style.PRIMARY), _cancel_button(), class_name="flex shrink-0 gap-2"
        ),
        on_submit=CustomersState.rename,
        custom_attrs=ESCAPE_CANCELS,
        class_name=ROW + "items-start",
    )


def _question(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(f"Remove {row['name']}?", class_name=NAME + "max-sm:basis-full"),
        rx.el.div(
            rx.el.button("Remove", type="button", on_click=CustomersState.remove(row["id"]), class_name=style.DANGER),
            _cancel_button(auto_focus=True),  # the harmless button, because a key held down too long presses it
            class_name="flex shrink-0 gap-2",
        ),
        role="group",
        aria_label=f"Remove {row['name']}?",
        custom_attrs=ESCAPE_CANCELS,
        class_name=ROW + "items-center",
    )


def _cancel_button(**props: Any) -> rx.Component:
    attributes = {"data-cancels": ""}
    return rx.el.button(
        "Cancel", type="button", on_click=CustomersState.cancel, custom_attrs=attributes, class_name=style.SECONDARY, **props
    )
