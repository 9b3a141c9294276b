"""Imports the users of an app that used reflex-local-auth, with their password hashes.

The source table is `localuser`: `id`, `username`, `password_hash` (bcrypt) and `enabled`. Sessions are not imported.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import URL, NullPool, column, create_engine, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.confusable_names import add_unchecked
from rxapp.auth.core.audit import events
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InputRefused

USER_IMPORTED = "user_imported"
"""The kind of event that is recorded for each imported user."""

_TABLE = table("localuser", column("id"), column("username"), column("password_hash"), column("enabled"))

_BCRYPT_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")
"""At most 2^16 iterations, which take some seconds. No real user has a hash that takes hours, and it would block a thread."""


class SourceRefused(InputRefused):
    """The source database cannot be read. `message` says why."""

    code = "source_refused"


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A row of `localuser`."""

    id: int
    user_name: str
    password_hash: str = field(repr=False)
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """An imported user, with the new id: other tables of the app may refer to the old one."""

    local_id: int
    id: UUID
    user_name: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class SkippedUser:
    """A user who was not imported, with the reason as a sentence."""

    local_id: int
    user_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result for each user, in the order of the old ids."""

    imported: list[ImportedUser] = field(default_factory=list)
    skipped: list[SkippedUser] = field(default_factory=list)


class _DryRunDone(Exception):
    """Raised to roll the transaction back."""


def read_local_users(database_url: str) -> Sequence[LocalUser]:
    """All users of reflex-local-auth in that database. Only reads it. Raises `SourceRefused`."""
    url = _parse(database_url)
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ArgumentError, ImportError) as error:
        raise SourceRefused(f"There is no driver for {url.drivername}: {error}.") from error
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(_TABLE.name):
                raise SourceRefused(f"The database {_masked(url)} has no table {_TABLE.name}, so it is not reflex-local-auth's.")
            return [_local_user(row) for row in connection.execute(select(_TABLE).order_by(_TABLE.c.id))]
    except DBAPIError as error:
        said = str(error.orig).strip().split("\n")[0].rstrip(".")
        raise SourceRefused(f"The database {_masked(url)} cannot be read: {said}.") from error


class LocalAuthImport:
    """Stores users of reflex-local-auth as our users."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @retry_on_outage
    def run(self, local_users: Sequence[LocalUser], *, is_dry_run: bool = False) -> ImportReport:
        """Store all users whose names are free, in one transaction. With `is_dry_run`, roll it back and only report the result.

        Disabled users stay disabled. Existing users are never changed, so the import may run again.
        """
        report, now = ImportReport(), self._clock()
        with suppress(_DryRunDone), self._database.write() as db:
            # Of two users whose names read the same, the one who can log in comes along.
            for local_user in sorted(local_users, key=lambda local_user: not local_user.is_enabled):
                try:
                    user = _store(db, local_user, now)
                except InputRefused as refusal:
                    report.skipped.append(SkippedUser(local_user.id, local_user.user_name, refusal.message))
                else:
                    imported = ImportedUser(local_user.id, user.id, user.user_name, user.disabled_at is not None)
                    report.imported.append(imported)
            if is_dry_run:
                raise _DryRunDone
        report.imported.sort(key=lambda user: user.local_id)
        report.skipped.sort(key=lambda user: user.local_id)
        return report


def _store(db: Session, local_user: LocalUser, now: datetime) -> User:
    """Store one user. Raises `UserNameTaken`, `InvalidUserName`, or `InputRefused` for a hash that bcrypt cannot verify."""
    if not _BCRYPT_HASH.fullmatch(local_user.password_hash):
        raise InputRefused("The password hash is not one that bcrypt makes.")
    user = users.new_user(local_user.user_name, "", local_user.password_hash, [], now, is_imported=True)
    user.disabled_at = None if local_user.is_enabled else now
    with db.begin_nested():
        add_unchecked(db, user)
    events.record(db.connection(), USER_IMPORTED, now, user_id=user.id, detail="from reflex-local-auth")
    return user


def _parse(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise SourceRefused("This is not the address of a database, such as sqlite:///reflex.db.") from None
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise SourceRefused(f"There is no file {url.database or '(unnamed)'}.")  # SQLite would make an empty file
    return url


def _masked(url: URL) -> str:
    return url.set(query={}).render_as_string(hide_password=True)


def _local_user(row: Any) -> LocalUser:
    stored = row.password_hash
    password_hash = stored if isinstance(stored, str) else bytes(stored or b"").decode(errors="replace")
    return LocalUser(row.id, row.username, password_hash, bool(row.enabled))
