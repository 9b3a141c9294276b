"""The demo: two users whose password everybody knows, and two customers. Never in production."""

from contextlib import suppress

from sqlmodel import select

from rxapp.auth import AuthService, UserNameTaken
from rxapp.auth.users import find_user
from rxapp.customers import Customer
from rxapp.migrations import take_turn

DEMO_USERS = {"johndoe": ("John Doe", ["Manager"]), "admin": ("Ada Admin", ["Admin"])}
DEMO_PASSWORD = "def@123"
DEMO_CUSTOMERS = ("John Doe", "Jane Doe")


def add_demo_data(service: AuthService) -> None:
    """Add what is missing of the demo data; harmless when repeated, by several workers at once too."""
    with service.database.read() as db:
        missing = [user_name for user_name in DEMO_USERS if find_user(db, user_name) is None]
    for user_name in missing:
        display_name, roles = DEMO_USERS[user_name]
        with suppress(UserNameTaken):  # another worker was quicker
            service.create_user(user_name, DEMO_PASSWORD, roles=roles, display_name=display_name)
    with service.database.write() as db:
        take_turn(db.connection())
        if db.exec(select(Customer)).first() is None:
            db.add_all(Customer(name=name) for name in DEMO_CUSTOMERS)
