"""The customers: the private data that this example guards."""

from sqlmodel import Field, SQLModel, col, select

from rxapp.auth import Database


class Customer(SQLModel, table=True):
    """A customer, known by name."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=128, unique=True)


def customer_names(database: Database) -> list[str]:
    """The names of all customers, in the order in which they became customers."""
    with database.read() as db:
        return list(db.exec(select(Customer.name).order_by(col(Customer.id))))
