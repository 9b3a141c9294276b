"""The state of the customers page. Each handler is for managers only. If the access token has expired, it is rotated first."""

from collections.abc import AsyncIterator
from typing import Any, TypedDict

import reflex as rx

from rxapp.auth import web as auth
from rxapp.auth.web import in_thread, text_in
from rxapp.demo.customers import (
    Customer,
    CustomerError,
    CustomerNotFound,
    add_customer,
    list_customers,
    remove_customer,
    rename_customer,
)

ROLE = "Manager"

NEW_NAME = "new_customer"
CHANGED_NAME = "changed_name"
LIST = "customer_list"
"""Ids of the elements that get the focus."""


class Row(TypedDict):
    """A customer in the list."""

    id: int
    name: str


class NewCustomer(TypedDict):
    """The form's fields. `number` counts the forms of the page, so that a form sent twice is recognised."""

    name: str
    number: str


class ChangedName(TypedDict):
    """The fields of a row that is being renamed. `id` is its customer."""

    id: str
    name: str


class CustomersState(rx.State):
    """The customers that match the filter. At most one row is open: its name is being changed, or it asks before removing.

    `renaming` or `removing` is the id of its customer; 0 means none. `focused` names the button that gets the focus when it
    appears.
    """

    customers: list[Row] = []
    is_loaded: bool = False
    filter_text: str = ""
    refreshed: int = 0
    additions: int = 0
    add_error: str = ""
    renaming: int = 0
    rename_error: str = ""
    removing: int = 0
    focused: str = ""
    done: str = ""
    failed: str = ""

    @auth.event(roles=[ROLE])
    async def load(self) -> None:
        """Read the customers again. This runs on reconnecting too, so a row that is being renamed stays open."""
        self._begin()
        await self._load()

    @auth.event(roles=[ROLE])
    async def refresh(self) -> None:
        """Read the customers again, and say so."""
        self._begin()
        await self._load()
        self.refreshed += 1

    @auth.event(roles=[ROLE], debounce=150)
    async def filter_by(self, text: str) -> None:
        """Show the customers whose name contains the text. Upper and lower case are the same."""
        self._begin()
        self.filter_text = text if isinstance(text, str) else ""
        await self._load()

    @auth.event(roles=[ROLE])
    async def add(self, form: NewCustomer) -> AsyncIterator[Any]:
        """Add a customer and empty the form. A form sent twice, by a double click, counts once."""
        if form.get("number") != str(self.additions):
            return
        self._begin()
        try:
            customer = await in_thread(add_customer, auth.get_service().database, text_in(form, "name"))
        except CustomerError as error:
            self.add_error = error.message
        else:
            self.additions += 1
            await self._load()
            self.done = f"{customer.name} was added." + self._unless_shown(customer.id)
            yield rx.set_value(NEW_NAME, "")
        yield rx.set_focus(NEW_NAME)

    @auth.event(roles=[ROLE])
    async def start_renaming(self, customer_id: int) -> None:
        """Turn the row into a form."""
        self._begin()
        self.renaming, self.removing = customer_id, 0

    @auth.event(roles=[ROLE])
    async def rename(self, form: ChangedName) -> AsyncIterator[Any]:
        """Rename the customer and close the form. Nothing happens if the form was closed meanwhile."""
        if form.get("id") != str(self.renaming):
            return
        self._begin()
        old_name = self._name_of(self.renaming)
        try:
            customer = await in_thread(rename_customer, auth.get_service().database, self.renaming, text_in(form, "name"))
        except CustomerNotFound:
            wanted = text_in(form, "name").strip()
            yield rx.set_focus(LIST)
            self.failed = f"Somebody else has removed {old_name} meanwhile, so it was not renamed to {wanted}."
            await self._load()
        except CustomerError as error:
            self.rename_error = error.message
            yield rx.set_focus(CHANGED_NAME)
        else:
            self._leave_row()
            await self._load()
            if customer.name != old_name:
                self.done = f"{old_name} is now called {customer.name}." + self._unless_shown(customer.id)
            if not self._shows(customer.id):
                yield rx.set_focus(LIST)

    @auth.event(roles=[ROLE])
    async def start_removing(self, customer_id: int) -> None:
        """Ask in the row before removing the customer."""
        self._begin()
        self.renaming, self.removing = 0, customer_id

    @auth.event(roles=[ROLE])
    async def remove(self, customer_id: int) -> AsyncIterator[Any]:
        """Remove the customer, if the row still asks about this one: a click may come after another row was opened."""
        if customer_id != self.removing:
            return
        self._begin()
        try:
            customer = await in_thread(remove_customer, auth.get_service().database, customer_id)
            done = f"{customer.name} was removed."
        except CustomerNotFound:
            done = f"Somebody else has removed {self._name_of(customer_id)} already."
        yield rx.set_focus(LIST)  # before the button that has it is gone: the next key may come at once
        self.done = done
        await self._load()

    @auth.event(roles=[ROLE])
    async def cancel(self) -> None:
        """Close the form or the question in the row."""
        self._begin()
        self._leave_row()

    def _begin(self) -> None:
        """Clear the messages of the last action."""
        self.done = self.failed = self.add_error = self.rename_error = self.focused = ""

    def _leave_row(self) -> None:
        """Close the row's form or question, and move the focus to the button that had opened it."""
        self.focused = f"Rename {self.renaming}" if self.renaming else f"Remove {self.removing}"
        self.renaming = self.removing = 0

    async def _load(self) -> None:
        found = await in_thread(list_customers, auth.get_service().database)
        wanted = self.filter_text.strip().casefold()
        self.customers = [_row(customer) for customer in found if wanted in customer.name.casefold()]
        self.is_loaded = True
        if not self._shows(self.renaming):  # otherwise its form would take the focus when the row appears again
            self.renaming = 0
        if not self._shows(self.removing):
            self.removing = 0

    def _shows(self, customer_id: int) -> bool:
        return any(row["id"] == customer_id for row in self.customers)

    def _unless_shown(self, customer_id: int) -> str:
        return "" if self._shows(customer_id) else " The filter hides it."

    def _name_of(self, customer_id: int) -> str:
        return next((row["name"] for row in self.customers if row["id"] == customer_id), "the customer")


def _row(customer: Customer) -> Row:
    return Row(id=customer.id, name=customer.name)
