"""The devices of a user: adding, renaming and removing them, and the codes that they make."""

from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from rxapp.auth.core.accounts import users
from rxapp.auth.core.audit import events
from rxapp.auth.core.database.outages import retry_on_outage
from rxapp.auth.core.database.tables import User
from rxapp.auth.core.errors import InputRefused, NotFound
from rxapp.auth.core.identity.client import NO_CLIENT, Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.core.login.factor_names import factor_name_in
from rxapp.auth.core.login.pending_logins import PendingLoginEnded
from rxapp.auth.core.login.second_factor import NoSecondFactor, WrongCode
from rxapp.auth.core.login.trusted_devices import Person, record_factor_change
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.totp.rules import recovery_codes
from rxapp.auth.features.totp.rules.codes import matching_step
from rxapp.auth.features.totp.rules.sealing import DEVICES

DEVICES_PER_USER = 10
"""Nobody has more devices, and each costs a check at each login."""


class StoredDevice(Protocol):
    """A row of `auth_totp_device`. It is only read."""

    id: UUID
    user_id: UUID
    name: str
    wrapped_secret: bytes
    created_at: datetime
    last_used_at: datetime | None


_device = DEVICES.table
_SELECT = select(_device).where(_device.c.user_id == bindparam("owner")).order_by(_device.c.created_at, _device.c.id)
_COUNT = select(func.count()).select_from(_device).where(_device.c.user_id == bindparam("owner"))
_DELETE_ALL = delete(_device).where(_device.c.user_id == bindparam("owner"), _device.c.created_at >= bindparam("since"))

_IS_THEIRS = (_device.c.id == bindparam("of"), _device.c.user_id == bindparam("owner"))
_RENAME = update(_device).where(*_IS_THEIRS).values(name=bindparam("new_name"))
_DELETE = delete(_device).where(*_IS_THEIRS).returning(_device.c.name)

_ACCEPT = (
    update(_device)
    .where(_device.c.id == bindparam("of"), _device.c.last_step < bindparam("step"))
    .values(last_step=bindparam("step"), last_used_at=bindparam("now"))
)


def devices_of(db: Connection, user_id: UUID) -> Sequence[StoredDevice]:
    """The devices of the user, the oldest first."""
    return cast("Sequence[StoredDevice]", db.execute(_SELECT, {"owner": user_id}).all())


def count_devices(db: Connection, user_id: UUID) -> int:
    """How many devices the user has."""
    return db.execute(_COUNT, {"owner": user_id}).scalar_one()


def remove_all(db: Connection, user_id: UUID, since: datetime) -> int:
    """Remove all devices that the user has added since then. Returns how many."""
    return db.execute(_DELETE_ALL, {"owner": user_id, "since": since}).rowcount


@retry_on_outage
def add(
    service: AuthService,
    person: Identity | Person,
    secret: str,
    client: Client = NO_CLIENT,
    *,
    code: str,
    name: str,
    unchanged: User | None = None,
) -> list[str]:
    """Add a device that has shown that it knows `secret`. Its code counts as used. Returns new recovery codes with the first one.

    `secret` was made by `new_secret`, and the caller kept it: it must not come from the browser. Nothing of a device is stored
    before this. Raises `WrongCode`, also for a secret that the user has already: otherwise each of its codes would be good twice.
    Raises `InputRefused` for the name, or if there are too many, and `NotFound` for a user who is gone. `unchanged` is the user
    at the beginning of a login: if they have changed since, such as by another device, it raises `PendingLoginEnded`.
    """
    now, device_id, user_id = service.clock(), uuid4(), person.user_id
    name, step = factor_name_in(name), matching_step(secret, code, now)
    if step is None:
        raise WrongCode
    row = {"id": device_id, "user_id": user_id, "name": name, "last_step": step, "created_at": now}
    row |= {"wrapped_secret": DEVICES.seal(secret.encode(), device_id, user_id, service.settings), "last_used_at": None}
    with service.database.write() as session:
        users.lock_user(session, user_id)
        if unchanged is not None and not users.is_unchanged(session, unchanged):
            raise PendingLoginEnded
        db = session.connection()
        known = devices_of(db, user_id)
        if any(compare_digest(secret, _secret_of(device, service) or "") for device in known):
            raise WrongCode
        if len(known) >= DEVICES_PER_USER:
            raise InputRefused(InputRule.SECOND_FACTORS_TOO_MANY, limit=DEVICES_PER_USER)
        db.execute(insert(_device), row)
        record_factor_change(db, "second_factor_added", service.clock, person, client, detail=name)
        return [] if recovery_codes.count_codes(db, user_id) else recovery_codes.replace_codes(db, user_id, now, service.settings)


@retry_on_outage
def rename(service: AuthService, identity: Identity, device_id: UUID, name: str, client: Client = NO_CLIENT) -> None:
    """Rename a device of the person. Raises `NotFound` or `InputRefused`."""
    with service.database.transaction() as db:
        name = factor_name_in(name)
        if not db.execute(_RENAME, {"of": device_id, "owner": identity.user_id, "new_name": name}).rowcount:
            raise NotFound
        _record(service, db, "second_factor_renamed", identity, client, detail=name)


@retry_on_outage
def remove(service: AuthService, identity: Identity, device_id: UUID, client: Client = NO_CLIENT) -> None:
    """Remove a device of the person. The recovery codes go with the last second factor.

    Raises `NotFound`, or `SecondFactorNeeded` for the last one of a person who must have one.
    """
    with service.database.write() as session:
        user = users.lock_user(session, identity.user_id)
        db = session.connection()
        name = db.execute(_DELETE, {"of": device_id, "owner": identity.user_id}).scalar_one_or_none()
        if name is None:
            raise NotFound
        service.second_factors.require_enough(db, user)
        record_factor_change(db, "second_factor_removed", service.clock, identity, client, detail=name)
        service.second_factors.remove_lone_backups(db, identity.user_id)


@retry_on_outage
def renew_recovery_codes(service: AuthService, identity: Identity, client: Client = NO_CLIENT) -> list[str]:
    """Ten new recovery codes in place of all old ones. Raises `NoSecondFactor` for a person whom no login asks for one."""
    with service.database.write() as session:
        users.lock_user(session, identity.user_id)
        db = session.connection()
        if not service.second_factors.count_wanted(db, identity.user_id):
            raise NoSecondFactor
        _record(service, db, "recovery_codes_made", identity, client)
        return recovery_codes.replace_codes(db, identity.user_id, service.clock(), service.settings)


def _secret_of(device: StoredDevice, service: AuthService) -> str | None:
    secret = DEVICES.unseal(device.wrapped_secret, device.id, device.user_id, service.settings.secret_keys)
    return None if secret is None else secret.decode()


def verify(service: AuthService, user_id: UUID, code: str) -> None:
    """Spend the code of one of the user's devices. Raises `WrongCode` if none has made it, or if it was spent before."""
    now = service.clock()
    with service.database.transaction() as db:
        for device in devices_of(db, user_id):
            secret = _secret_of(device, service)
            step = matching_step(secret, code, now) if secret else None
            if step is not None and _accept(db, device.id, step, now):
                return
    raise WrongCode


def _accept(db: Connection, device_id: UUID, step: int, now: datetime) -> bool:
    """One statement decides, so of several at once only one is accepted."""
    return db.execute(_ACCEPT, {"of": device_id, "step": step, "now": now}).rowcount == 1


def _record(service: AuthService, db: Connection, kind: str, identity: Identity, client: Client, *, detail: str = "") -> None:
    who: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id}
    events.record(db, kind, service.clock(), client=client, detail=detail, **who)
