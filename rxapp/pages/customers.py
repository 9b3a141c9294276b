"""Customers: a guarded page whose data is loaded, filtered and refreshed by guarded events."""

from typing import Any

import reflex as rx

from rxapp.auth import web as auth
from rxapp.auth.web.pages.style import CARD, HEADING, SECONDARY, TEXT
from rxapp.auth.web.runtime import in_thread
from rxapp.customers import customer_names
from rxapp.pages.layout import forbidden, layout, waiting

ROLE = "Manager"


class CustomersState(rx.State):
    """The customers that match the filter."""

    names: list[str] = []
    filter_text: str = ""
    refreshed: int = 0

    @auth.event(roles=[ROLE])
    async def load(self) -> None:
        """Read the customers anew."""
        await self._load()

    @auth.event(roles=[ROLE])
    async def refresh(self) -> None:
        """Read the customers anew, and say so."""
        await self._load()
        self.refreshed += 1

    @auth.event(roles=[ROLE], debounce=150)
    async def filter_by(self, text: str) -> None:
        """Show the customers whose name contains the text, without regard to case."""
        self.filter_text = text
        await self._load()

    async def _load(self) -> None:
        names = await in_thread(customer_names, auth.get_service().database)
        wanted = self.filter_text.strip().casefold()
        self.names = [name for name in names if wanted in name.casefold()]


@auth.page(
    "/customers", roles=[ROLE], title="Customers · rxapp", on_load=CustomersState.load, waiting=waiting, forbidden=forbidden
)
def customers() -> rx.Component:
    """The list of customers, with a filter and a button to read it anew."""
    return layout(
        rx.el.div(
            rx.el.h1("Customers", class_name=HEADING),
            rx.el.button("Refresh", type="button", on_click=CustomersState.refresh, class_name=SECONDARY),
            class_name="flex flex-wrap items-center justify-between gap-4",
        ),
        rx.el.div(
            rx.el.label("Filter by name", html_for="filter", class_name="mb-1.5 block text-sm font-medium " + TEXT),
            rx.el.input(
                id="filter",
                name="filter",
                type="search",
                auto_complete="off",
                default_value=CustomersState.filter_text,
                on_change=CustomersState.filter_by,
                class_name=(
                    "block w-full rounded-lg border border-slate-300 bg-white px-3 py-2 text-slate-900 focus:outline-2 "
                    "focus:outline-indigo-600 dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100"
                ),
            ),
            class_name="mt-6 max-w-sm",
        ),
        _count(),
        rx.el.ul(
            rx.foreach(
                CustomersState.names,
                lambda name: rx.el.li(name, class_name="px-5 py-4 text-slate-900 dark:text-slate-100"),
            ),
            aria_label="Customers",
            class_name=CARD + " mt-3 divide-y divide-slate-200 dark:divide-slate-700",
        ),
    )


def _count() -> rx.Component:
    names: Any = CustomersState.names  # a Var here, not a list
    number = names.length()
    return rx.el.p(
        rx.cond(number == 1, "1 customer", f"{number} customers"),
        rx.match(
            CustomersState.refreshed,
            (0, ""),
            (1, ", refreshed once"),
            f", refreshed {CustomersState.refreshed} times",
        ),
        role="status",
        class_name="mt-6 text-sm " + TEXT,
    )
