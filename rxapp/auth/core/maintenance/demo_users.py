"""Two demo users, whose password everybody knows. Never in production."""

from contextlib import suppress

from rxapp.auth.core.accounts.users import find_user
from rxapp.auth.core.errors import UserNameTaken
from rxapp.auth.core.service import AuthService

DEMO_USERS = {"johndoe": ("John Doe", ["Manager"]), "admin": ("Ada Admin", ["Admin"])}
DEMO_PASSWORD = "def@123"


def add_demo_users(service: AuthService) -> None:
    """Add the missing demo users. It is safe to run again, and in several workers at once."""
    with service.database.read() as db:
        missing = [user_name for user_name in DEMO_USERS if find_user(db, user_name) is None]
    for user_name in missing:
        display_name, roles = DEMO_USERS[user_name]
        with suppress(UserNameTaken):  # another worker was faster
            service.create_user(user_name, DEMO_PASSWORD, roles=roles, display_name=display_name)
