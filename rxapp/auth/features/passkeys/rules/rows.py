"""The statements on `auth_passkey`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Boolean, Connection, and_, bindparam, case, delete, func, or_, select, update

from rxapp.auth.core.database.tables import AuthTable, Passkey
from rxapp.auth.features.passkeys.rules.ceremonies import Known, Proved

passkey = AuthTable.metadata.tables[Passkey.__tablename__]

IS_THEIRS = (passkey.c.id == bindparam("of"), passkey.c.user_id == bindparam("owner"))


class StoredPasskey(Protocol):
    """A row of `auth_passkey`. It is only read."""

    id: UUID
    user_id: UUID
    user_handle: bytes
    credential_id: bytes
    public_key: bytes
    aaguid: str
    transports: str
    is_backup_eligible: bool
    is_backed_up: bool
    name: str
    asks_after_password: bool
    created_at: datetime
    last_used_at: datetime | None


_OF_USER = select(passkey).where(passkey.c.user_id == bindparam("owner")).order_by(passkey.c.created_at, passkey.c.id)
_FIND = select(passkey).where(passkey.c.credential_id == bindparam("of"))
_COUNT = select(func.count()).select_from(passkey).where(passkey.c.user_id == bindparam("owner"))
_COUNT_WANTED = _COUNT.where(passkey.c.asks_after_password.is_(True))
_DELETE_ALL = delete(passkey).where(passkey.c.user_id == bindparam("owner"), passkey.c.created_at >= bindparam("since"))

_NEW_COUNT: BindParameter[int] = bindparam("new_count", type_=BigInteger())
_USE = (
    update(passkey)
    .where(
        passkey.c.id == bindparam("of"),
        or_(
            bindparam("has_copies", type_=Boolean()),
            passkey.c.sign_count < _NEW_COUNT,
            and_(passkey.c.sign_count == 0, _NEW_COUNT == 0),  # this authenticator does not count (WebAuthn §6.1.1)
        ),
    )
    .values(
        sign_count=case((passkey.c.sign_count < _NEW_COUNT, _NEW_COUNT), else_=passkey.c.sign_count),
        is_backed_up=bindparam("has_copies", type_=Boolean()),
        last_used_at=bindparam("now"),
    )
)


def passkeys_of(db: Connection, user_id: UUID) -> Sequence[StoredPasskey]:
    """The passkeys of the user, the oldest first."""
    return cast("Sequence[StoredPasskey]", db.execute(_OF_USER, {"owner": user_id}).all())


def find(db: Connection, credential_id: bytes) -> StoredPasskey | None:
    """The passkey with this credential id, of whatever user."""
    return cast("StoredPasskey | None", db.execute(_FIND, {"of": credential_id}).one_or_none())


def known_of(db: Connection, user_id: UUID) -> list[Known]:
    """What a browser is told of the passkeys of the user."""
    return [Known(each.credential_id, each.transports) for each in passkeys_of(db, user_id)]


def count_passkeys(db: Connection, user_id: UUID) -> int:
    """How many passkeys the user has."""
    return db.execute(_COUNT, {"owner": user_id}).scalar_one()


def count_wanted(db: Connection, user_id: UUID) -> int:
    """How many passkeys the user has, if logging in with their password asks for one too; else 0."""
    return db.execute(_COUNT_WANTED, {"owner": user_id}).scalar_one()


def move_counter(db: Connection, passkey_id: UUID, proved: Proved, now: datetime) -> bool:
    """Note the use of a passkey. False if its counter has not grown, which one without copies does at each use, or if it is gone.

    One statement decides, so of several uses at once with the same count only one is accepted.
    """
    values = {"of": passkey_id, "new_count": proved.sign_count, "has_copies": proved.is_backed_up, "now": now}
    return db.execute(_USE, values).rowcount == 1


def remove_all(db: Connection, user_id: UUID, since: datetime) -> int:
    """Remove all passkeys that the user has added since then. Returns how many."""
    return db.execute(_DELETE_ALL, {"owner": user_id, "since": since}).rowcount
