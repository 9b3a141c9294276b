"""The demo: two users whose password everybody knows, and two customers. Never in production."""

from sqlmodel import select

from rxapp.auth import AuthService
from rxapp.auth.users import find_user
from rxapp.customers import Customer

DEMO_USERS = {"johndoe": ("John Doe", ["Manager"]), "admin": ("Ada Admin", ["Admin"])}
DEMO_PASSWORD = "def@123"
DEMO_CUSTOMERS = ("John Doe", "Jane Doe")


def add_demo_data(service: AuthService) -> None:
    """Add what is missing of the demo data; harmless when repeated."""
    with service.database.read() as db:
        missing = [user_name for user_name in DEMO_USERS if find_user(db, user_name) is None]
        has_customers = db.exec(select(Customer)).first() is not None
    for user_name in missing:
        display_name, roles = DEMO_USERS[user_name]
        service.create_user(user_name, DEMO_PASSWORD, roles=roles, display_name=display_name)
    if not has_customers:
        with service.database.write() as db:
            db.add_all(Customer(name=name) for name in DEMO_CUSTOMERS)
