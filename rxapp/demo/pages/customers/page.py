"""Customers: a guarded page. Guarded events load, filter and change its data."""

from typing import Any

import reflex as rx

from rxapp.auth import web as auth
from rxapp.auth.web import style
from rxapp.demo.pages.customers.name_field import FIELD, name_error, name_input
from rxapp.demo.pages.customers.row import customer_row
from rxapp.demo.pages.customers.state import LIST, NEW_NAME, ROLE, CustomersState
from rxapp.demo.pages.layout import forbidden, layout, waiting

_shown: Any = CustomersState.customers  # a Var here, not a list
_number = _shown.length()


@auth.page(
    "/customers", roles=[ROLE], title="Customers · rxapp", on_load=CustomersState.load, waiting=waiting, forbidden=forbidden
)
def customers() -> rx.Component:
    """The list of customers, with buttons and forms to change it."""
    return layout(
        rx.el.div(
            rx.el.h1("Customers", class_name=style.HEADING),
            rx.el.button("Refresh", type="button", on_click=CustomersState.refresh, class_name=style.SECONDARY),
            class_name="flex flex-wrap items-center justify-between gap-4",
        ),
        rx.el.div(_filter(), _new_customer(), class_name="mt-6 grid items-start gap-6 sm:grid-cols-2"),
        rx.el.div(_count(), _notices(), class_name="mt-6 flex flex-wrap justify-between gap-x-4 gap-y-1"),
        _list(),
        rx.cond(CustomersState.is_loaded & (_number == 0), _nobody()),
    )


def _filter() -> rx.Component:
    return rx.el.div(
        rx.el.label("Filter by name", html_for="filter", class_name=style.LABEL),
        rx.el.input(
            id="filter",
            name="filter",
            type="search",
            auto_complete="off",
            default_value=CustomersState.filter_text,
            on_change=CustomersState.filter_by,
            class_name=FIELD,
        ),
    )


def _new_customer() -> rx.Component:
    return rx.el.form(
        rx.el.label("New customer", html_for=NEW_NAME, class_name=style.LABEL),
        rx.el.div(
            name_input(NEW_NAME, CustomersState.add_error),
            rx.el.button("Add", type="submit", class_name=style.PRIMARY),
            class_name="flex gap-3",
        ),
        rx.el.input(type="hidden", name="number", value=f"{CustomersState.additions}"),
        name_error(NEW_NAME, CustomersState.add_error),
        on_submit=CustomersState.add,
    )


def _count() -> rx.Component:
    number = rx.cond(_number == 1, "1 customer", f"{_number} customers")
    return rx.el.p(
        rx.cond(CustomersState.is_loaded, number, ""),
        rx.match(
            CustomersState.refreshed,
            (0, ""),
            (1, ", refreshed once"),
            f", refreshed {CustomersState.refreshed} times",
        ),
        role="status",
        class_name="min-h-5 text-sm " + style.TEXT,
    )


def _notices() -> rx.Component:
    """Live regions. They are in the page from the start, because screen readers ignore a region added with its text."""
    return rx.el.div(
        rx.el.p(CustomersState.done, role="status", class_name=style.DONE),
        rx.el.p(CustomersState.failed, role="alert", class_name=style.FAILED),
        class_name="min-w-0 text-sm font-medium wrap-anywhere",
    )


def _list() -> rx.Component:
    """The list. It gets the focus when the row that had it is gone."""
    return rx.el.ul(
        rx.foreach(CustomersState.customers, customer_row),
        id=LIST,
        tab_index=-1,
        aria_label="Customers",
        class_name="mt-3 outline-none empty:shadow-none empty:ring-0 " + style.ROWS,
    )


def _nobody() -> rx.Component:
    return rx.el.p(
        rx.cond(CustomersState.filter_text, "No customer matches the filter.", "There are no customers yet."),
        class_name=style.themed("rounded-2xl border border-dashed border-@edge px-5 py-10 text-center ") + style.TEXT,
    )
