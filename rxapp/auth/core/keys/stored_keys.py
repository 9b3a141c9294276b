"""The keys in the database: the statements on `auth_signing_key`, and loading the keys that a process may use."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol, cast

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from rxapp.auth.core.clock import CLOCK_SKEW_LEEWAY
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.database.tables import AuthSession, AuthTable, SigningKey
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.encryption import unwrap
from rxapp.auth.core.keys.key_ring import BEGINNING_OF_TIME, RingKey
from rxapp.auth.core.settings.settings import Settings

logger = logging.getLogger(__name__)


class StoredKey(Protocol):
    """A row of `auth_signing_key`. It is only read."""

    kid: str
    wrapped_secret: bytes
    created_at: datetime
    active_from: datetime
    retired_at: datetime | None


_key = AuthTable.metadata.tables[SigningKey.__tablename__]
_session = AuthTable.metadata.tables[AuthSession.__tablename__]

_SELECT = select(_key).order_by(_key.c.active_from, _key.c.kid)

_RETIRE_ALL = update(_key).where(_key.c.retired_at.is_(None)).values(retired_at=bindparam("retired"))

_REWRAP = update(_key).where(_key.c.kid == bindparam("of")).values(wrapped_secret=bindparam("wrapped"))

_SELECT_FIRST_RETIRED = select(func.min(_key.c.retired_at))

_SELECT_OLDEST_SESSION = select(func.min(_session.c.created_at))

_DELETE = delete(_key).where(_key.c.kid == bindparam("of"))

_DELETE_RETIRED = delete(_key).where(_key.c.retired_at < bindparam("before"))


def load_key_ring(settings: Settings, database: Database, now: datetime) -> list[RingKey]:
    """The stored keys that the configured secret keys can decrypt, and keys from the secret keys themselves where needed.

    While no stored key signs, the secret key itself signs. Previous secret keys verify for as long as they are configured.
    """
    with database.connect() as db:
        rows = select_all(db)
    readable = {row.kid: unwrap(row.wrapped_secret, row.kid, settings.secret_keys) for row in rows}
    if unreadable := frozenset(kid for kid, secret in readable.items() if secret is None):
        _warn_about_unreadable(unreadable)
    ring = [
        RingKey(Keys.derive(secret), row.active_from, row.retired_at) for row in rows if (secret := readable[row.kid]) is not None
    ]
    current, *previous = map(Keys.derive, settings.secret_keys)
    if not any(key.signs_at(now) for key in ring):
        ring.append(RingKey(current))
    return ring + [RingKey(keys, retired_at=BEGINNING_OF_TIME) for keys in previous if readable.get(keys.key_id) is None]


@cache
def _warn_about_unreadable(unreadable: frozenset[str]) -> None:
    """Cached, so that each process warns once and not at each reload (twice a minute)."""
    logger.warning("signing keys that neither the secret key nor a previous one decrypts: %s", ", ".join(sorted(unreadable)))


def select_all(db: Connection) -> Sequence[StoredKey]:
    """The stored keys, the oldest first."""
    return cast("Sequence[StoredKey]", db.execute(_SELECT).all())


def lock(db: Connection) -> None:
    """Keep other transactions from changing the keys until this one ends. Reading stays possible. SQLite always does this."""
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE auth_signing_key IN EXCLUSIVE MODE"))


def store(db: Connection, values: dict[str, Any]) -> None:
    """Store a key. It replaces a key with the same id."""
    db.execute(_DELETE, {"of": values["kid"]})
    db.execute(insert(_key), values)


def rewrap(db: Connection, kid: str, wrapped_secret: bytes) -> None:
    """Replace the encrypted secret."""
    db.execute(_REWRAP, {"of": kid, "wrapped": wrapped_secret})


def retire_all(db: Connection, moment: datetime) -> None:
    """Retire, at that time, all keys that are not retired yet."""
    db.execute(_RETIRE_ALL, {"retired": moment})


def delete_unneeded(settings: Settings, database: Database, now: datetime) -> int:
    """Remove the retired keys that nothing needs any more. Returns how many were removed.

    A key stays until the sessions that began before its retirement are removed, and at least for the lifetime of a link and of an
    access token. It is not enough to add a session's lifetime to the retirement: the setting may have been longer when the
    session began. And a person who comes back to an ended session learns the reason only if the token can still be verified.
    """
    before = now - CLOCK_SKEW_LEEWAY - max(settings.password_link_lifetime, settings.access_token_lifetime)
    with database.connect() as db:
        first_retired = db.execute(_SELECT_FIRST_RETIRED).scalar()
        if first_retired is None or first_retired >= before:
            return 0
        # Outside of the transaction, because it reads the whole table. Sessions that begin meanwhile are newer than `before`.
        oldest: datetime | None = db.execute(_SELECT_OLDEST_SESSION).scalar()
    with database.transaction() as db:
        before = min(before, oldest - CLOCK_SKEW_LEEWAY) if oldest else before
        return db.execute(_DELETE_RETIRED, {"before": before}).rowcount
