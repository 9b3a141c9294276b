"""The demo data: users with a public password, and two customers. Never in production."""

from sqlmodel import select

from rxapp.auth import AuthService, add_demo_users, take_turn
from rxapp.demo.customers import Customer

DEMO_CUSTOMERS = ("John Doe", "Jane Doe")


def add_demo_data(service: AuthService) -> None:
    """Add the missing demo data. It is safe to repeat this, even by several workers at once."""
    add_demo_users(service)
    with service.database.write() as db:
        take_turn(db.connection())
        if db.exec(select(Customer)).first() is None:
            db.add_all(Customer(name=name) for name in DEMO_CUSTOMERS)
