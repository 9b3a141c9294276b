"""The customers page as a person handles it, for the tests; and the customers as the other tests expect them."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import expect
from sqlmodel import delete

from rxapp.auth import Database
from rxapp.demo.customers import Customer
from rxapp.demo.demo_data import DEMO_CUSTOMERS
from tests.e2e.conftest import refresh_button
from tests.e2e.database import open_service

TAKEN = "There is a customer of this name already."


@contextlib.contextmanager
def demo_customers(server) -> Iterator[Database]:
    """The server's own database, with the two customers there were, in their order and with their ids, before and afterwards."""
    with open_service(server) as service:
        _restore(service.database)
        yield service.database
        _restore(service.database)


def _restore(database):
    with database.write() as db:
        db.exec(delete(Customer))
        db.add_all(Customer(id=number, name=name) for number, name in enumerate(DEMO_CUSTOMERS, 1))


def rows(tab):
    return tab.get_by_role("list", name="Customers").get_by_role("listitem")


def button(tab, name):
    return tab.get_by_role("button", name=name, exact=True)


def status(tab, text):
    return tab.get_by_role("status").filter(has_text=text)


def alert(tab, text):
    return tab.get_by_role("alert").filter(has_text=text)


def new_name(tab):
    return tab.get_by_label("New customer")


def open_form(tab, name):
    """Turn the row of that name into a form, and return its input."""
    button(tab, f"Rename {name}").click()
    field = tab.get_by_label(f"New name of {name}")
    expect(field).to_be_focused()
    return field


def ask(tab, name):
    button(tab, f"Remove {name}").click()
    expect(tab.get_by_role("group", name=f"Remove {name}?")).to_be_visible()


def click_twice(tab, name, *, until: str) -> list[str]:
    """Two clicks in one moment, before the page has heard of the first, and another action once a live region has said `until`.

    Returns what the live regions said meanwhile.
    """
    tab.evaluate("""() => {
        const regions = () => [...document.querySelectorAll("[role=status], [role=alert]")].map((region) => region.textContent);
        window.said = [];
        new MutationObserver(() => window.said.push(...regions())).observe(document.body, {
            subtree: true, childList: true, characterData: true,
        });
    }""")
    button(tab, name).evaluate("button => { button.click(); button.click(); }")
    tab.wait_for_function("until => window.said.includes(until)", arg=until)
    refresh_button(tab).click()
    expect(tab.get_by_text("refreshed once")).to_be_visible()
    return tab.evaluate("window.said")
