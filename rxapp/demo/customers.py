"""The customers: the private data that this example guards, and the rules for their names.

The calling code must have checked that the user is a manager.
"""

import unicodedata
from typing import ClassVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, delete, select, update

from rxapp.auth import Database

NAME_MAXIMUM_LENGTH = 128
"""Characters, as stored."""

MAXIMUM_ID = 2**31 - 1
"""The largest integer of PostgreSQL. A larger number would be an error there, and no customer can have it."""


class Customer(SQLModel, table=True):
    """A customer, known by name. No id is ever used twice: an old id of a removed customer must not name another customer."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_MAXIMUM_LENGTH, unique=True)


class CustomerError(Exception):
    """Base of all errors here. `code` is stable and part of the HTTP contract. `message` is one sentence for a person."""

    code: ClassVar[str] = "customer_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidCustomerName(CustomerError):
    """The name is empty, too long, or has invisible characters."""

    code = "invalid_customer_name"


class CustomerNameTaken(CustomerError):
    """Another customer has exactly this name."""

    code = "customer_name_taken"

    def __init__(self) -> None:
        super().__init__("There is a customer of this name already.")


class CustomerNotFound(CustomerError):
    """No customer ever had this id, or somebody else has removed the customer meanwhile."""

    code = "customer_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such customer, or not any more.")


def list_customers(database: Database) -> list[Customer]:
    """All customers, in the order in which they were added."""
    with database.read() as db:
        return list(db.exec(select(Customer).order_by(col(Customer.id))))


def customer_names(database: Database) -> list[str]:
    """The names of all customers, in the same order."""
    with database.read() as db:
        return list(db.exec(select(Customer.name).order_by(col(Customer.id))))


def get_customer(database: Database, customer_id: int) -> Customer:
    """One customer. Raises `CustomerNotFound`."""
    _require_possible(customer_id)
    with database.read() as db:
        customer = db.get(Customer, customer_id)
    if customer is None:
        raise CustomerNotFound
    return customer


def add_customer(database: Database, name: str) -> Customer:
    """Add a customer. Raises `InvalidCustomerName` or `CustomerNameTaken`."""
    customer = Customer(name=_clean(name))
    try:
        with database.write() as db:
            db.add(customer)
    except IntegrityError as error:
        raise CustomerNameTaken from error
    return customer


def rename_customer(database: Database, customer_id: int, name: str) -> Customer:
    """Give a customer another name. Raises `InvalidCustomerName`, `CustomerNameTaken` or `CustomerNotFound`."""
    _require_possible(customer_id)
    name = _clean(name)
    statement = update(Customer).where(col(Customer.id) == customer_id).values(name=name)
    try:
        with database.transaction() as db:
            is_renamed = db.execute(statement).rowcount == 1
    except IntegrityError as error:
        raise CustomerNameTaken from error
    if not is_renamed:
        raise CustomerNotFound
    return Customer(id=customer_id, name=name)


def remove_customer(database: Database, customer_id: int) -> Customer:
    """Remove a customer for good. Returns the removed customer. Raises `CustomerNotFound`."""
    _require_possible(customer_id)
    statement = delete(Customer).where(col(Customer.id) == customer_id).returning(col(Customer.name))
    with database.transaction() as db:
        name = db.execute(statement).scalar_one_or_none()
    if name is None:
        raise CustomerNotFound
    return Customer(id=customer_id, name=name)


def _require_possible(customer_id: int) -> None:
    if not 0 < customer_id <= MAXIMUM_ID:
        raise CustomerNotFound


def _clean(name: str) -> str:
    """The name as stored: without white space around it, and in one Unicode form, because keyboards encode "é" differently.

    Letter case is kept and matters: Lee and LEE may be two customers.
    """
    name = name.strip()
    if len(name) <= NAME_MAXIMUM_LENGTH:  # the time to normalize a text can grow with the square of its length
        name = unicodedata.normalize("NFC", name)
    if not name:
        raise InvalidCustomerName("Please enter a name.")
    if len(name) > NAME_MAXIMUM_LENGTH:
        raise InvalidCustomerName(f"A name has at most {NAME_MAXIMUM_LENGTH} characters.")
    if not name.isprintable():
        raise InvalidCustomerName("A name has only characters that can be seen.")
    return name
