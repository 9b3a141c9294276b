"""The secrets of devices and the digests of recovery codes at rest: encrypted, and again under a new key by `keys rotate`.

Each is sealed for one row of one user. So whoever can write to the database can neither put their own into another's row nor
swap two rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, Table, bindparam, select, update

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthTable, RecoveryCode, TotpDevice
from rxapp.auth.core.keys.encryption import ONE_TIME_CODES, RECOVERY_CODES, unwrap, wrap
from rxapp.auth.core.settings.settings import Settings

BATCH_SIZE = 100
"""Rows of one transaction, so that others wait only briefly."""


class Sealed(NamedTuple):
    """A table whose column `sealed` holds what is encrypted for `purpose`."""

    table: Table
    sealed: str
    purpose: bytes

    def seal(self, secret: bytes, row_id: UUID, user_id: UUID, settings: Settings) -> bytes:
        """Encrypt it for this row of this user."""
        return wrap(secret, _name(row_id, user_id), settings.secret_keys[0], self.purpose)

    def unseal(self, wrapped: bytes, row_id: UUID, user_id: UUID, secret_keys: Iterable[str]) -> bytes | None:
        """What was sealed, or None if none of these keys opens it."""
        return unwrap(wrapped, _name(row_id, user_id), secret_keys, self.purpose)


_tables = AuthTable.metadata.tables
DEVICES = Sealed(_tables[TotpDevice.__tablename__], "wrapped_secret", ONE_TIME_CODES)
CODES = Sealed(_tables[RecoveryCode.__tablename__], "wrapped_digest", RECOVERY_CODES)


def rewrap_all(settings: Settings, database: Database) -> int:
    """Encrypt all that is under a previous secret key again, under the current one. Returns how many rows."""
    return sum(_rewrap(kind, settings, database) for kind in (DEVICES, CODES))


def count_by_key(settings: Settings, database: Database) -> tuple[int, int]:
    """How many rows only a previous secret key opens, and how many no configured key opens."""
    current, *previous = settings.secret_keys
    old = unreadable = 0
    with database.connect() as db:
        for kind in (DEVICES, CODES):
            for row in db.execute(_columns_of(kind)):
                if kind.unseal(row.wrapped, row.id, row.user_id, [current]) is None:
                    is_old = kind.unseal(row.wrapped, row.id, row.user_id, previous) is not None
                    old, unreadable = old + is_old, unreadable + (not is_old)
    return old, unreadable


def _rewrap(kind: Sealed, settings: Settings, database: Database) -> int:
    column = kind.table.c[kind.sealed]
    write = (
        update(kind.table)
        .where(kind.table.c.id == bindparam("of"), column == bindparam("old"))
        .values({column: bindparam("new")})
    )
    done, after, previous = 0, None, settings.secret_keys[1:]
    while True:
        with database.transaction() as db:
            rows = _batch(db, kind, after)
            for row in rows:
                secret = kind.unseal(row.wrapped, row.id, row.user_id, previous)
                if secret is not None:
                    new = kind.seal(secret, row.id, row.user_id, settings)
                    done += db.execute(write, {"of": row.id, "old": row.wrapped, "new": new}).rowcount
        if len(rows) < BATCH_SIZE:
            return done
        after = rows[-1].id


def _batch(db: Connection, kind: Sealed, after: UUID | None) -> Sequence[Any]:
    statement = _columns_of(kind).order_by(kind.table.c.id).limit(BATCH_SIZE)
    return db.execute(statement if after is None else statement.where(kind.table.c.id > after)).all()


def _columns_of(kind: Sealed) -> Select[Any, Any, Any]:
    return select(kind.table.c.id, kind.table.c.user_id, kind.table.c[kind.sealed].label("wrapped"))


def _name(row_id: UUID, user_id: UUID) -> str:
    return f"{user_id} {row_id}"
