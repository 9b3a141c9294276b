"""For `doctor`: how many imported users have not logged in yet, and so still have their old hashes."""

from collections.abc import Iterator

from sqlmodel import col, func, select

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.passwords.legacy_bcrypt import BCRYPT_PREFIX
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok


def check(_settings: Settings, database: Database) -> Iterator[Finding]:
    """Count the old hashes. They are no fault: each user gets a better hash with their next login."""
    with database.read() as db:
        left = db.exec(select(func.count()).select_from(User).where(col(User.password_hash).startswith(BCRYPT_PREFIX))).one()
    if left:
        yield ok("imported users", f"{left} still have the hash that they came with, until they log in")
