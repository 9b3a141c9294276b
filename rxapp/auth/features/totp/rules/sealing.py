"""The secrets of devices at rest: encrypted under the secret key, and again under a new one by `keys rotate`."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, select, update

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthTable, TotpDevice
from rxapp.auth.core.keys.encryption import ONE_TIME_CODES, unwrap, wrap
from rxapp.auth.core.settings.settings import Settings

BATCH_SIZE = 100
"""Rows of one transaction, so that others wait only briefly."""

_device = AuthTable.metadata.tables[TotpDevice.__tablename__]

_SELECT_BATCH = (
    select(_device.c.id, _device.c.user_id, _device.c.wrapped_secret)
    .where(_device.c.id > bindparam("after"))
    .order_by(_device.c.id)
    .limit(BATCH_SIZE)
)

_SELECT_FIRST = select(_device.c.id, _device.c.user_id, _device.c.wrapped_secret).order_by(_device.c.id).limit(BATCH_SIZE)

_REWRAP = (
    update(_device)
    .where(_device.c.id == bindparam("of"), _device.c.wrapped_secret == bindparam("old"))
    .values(wrapped_secret=bindparam("new"))
)


def seal(secret: str, device_id: UUID, user_id: UUID, settings: Settings) -> bytes:
    """Encrypt the secret of a device. It opens only for this device of this user: rows cannot be swapped."""
    return wrap(secret.encode(), _name(device_id, user_id), settings.secret_keys[0], ONE_TIME_CODES)


def unseal(wrapped: bytes, device_id: UUID, user_id: UUID, secret_keys: Iterable[str]) -> str | None:
    """The secret, or None if none of these keys opens it."""
    secret = unwrap(wrapped, _name(device_id, user_id), secret_keys, ONE_TIME_CODES)
    return None if secret is None else secret.decode()


def rewrap_all(settings: Settings, database: Database) -> int:
    """Encrypt all secrets that are under a previous secret key again, under the current one. Returns how many."""
    previous = settings.secret_keys[1:]
    done, after = 0, None
    while True:
        with database.transaction() as db:
            rows = db.execute(_SELECT_BATCH, {"after": after}).all() if after else db.execute(_SELECT_FIRST).all()
            for row in rows:
                secret = unseal(row.wrapped_secret, row.id, row.user_id, previous)
                if secret is not None:
                    new = seal(secret, row.id, row.user_id, settings)
                    done += db.execute(_REWRAP, {"of": row.id, "old": row.wrapped_secret, "new": new}).rowcount
        if len(rows) < BATCH_SIZE:
            return done
        after = rows[-1].id


def count_by_key(settings: Settings, database: Database) -> tuple[int, int]:
    """How many secrets only a previous secret key opens, and how many no configured key opens."""
    current, *previous = settings.secret_keys
    old = unreadable = 0
    with database.connect() as db:
        for row in db.execute(select(_device.c.id, _device.c.user_id, _device.c.wrapped_secret)):
            if unseal(row.wrapped_secret, row.id, row.user_id, [current]) is None:
                is_old = unseal(row.wrapped_secret, row.id, row.user_id, previous) is not None
                old, unreadable = old + is_old, unreadable + (not is_old)
    return old, unreadable


def _name(device_id: UUID, user_id: UUID) -> str:
    return f"{user_id} {device_id}"
