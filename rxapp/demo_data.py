"""The demo: a user whose password everybody knows, and two customers. Never in production."""

from sqlmodel import select

from rxapp.auth import AuthService
from rxapp.auth.users import find_user
from rxapp.customers import Customer

DEMO_USER_NAME = "johndoe"
DEMO_PASSWORD = "def@123"
DEMO_CUSTOMERS = ("John Doe", "Jane Doe")


def add_demo_data(service: AuthService) -> None:
    """Add what is missing of the demo data; harmless when repeated."""
    with service.database.read() as db:
        has_user = find_user(db, DEMO_USER_NAME) is not None
        has_customers = db.exec(select(Customer)).first() is not None
    if not has_user:
        service.create_user(DEMO_USER_NAME, DEMO_PASSWORD, roles=["Manager"], display_name="John Doe")
    if not has_customers:
        with service.database.write() as db:
            db.add_all(Customer(name=name) for name in DEMO_CUSTOMERS)
