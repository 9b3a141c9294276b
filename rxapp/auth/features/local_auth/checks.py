"""For `doctor`: how many of the imported users have not logged in yet, so that their old hashes are still there."""

from collections.abc import Iterator

from sqlmodel import col, func, select

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.passwords.legacy_bcrypt import BCRYPT_PREFIX
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok


def check(_settings: Settings, database: Database) -> Iterator[Finding]:
    """Nothing is wrong with such a hash. Its holder gets a better one with their next login."""
    with database.read() as db:
        left = db.exec(select(func.count()).select_from(User).where(col(User.password_hash).startswith(BCRYPT_PREFIX))).one()
    if left:
        yield ok("imported users", f"{left} still have the hash that they came with, until they log in")
