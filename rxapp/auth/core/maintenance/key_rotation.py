"""Key rotation that signs nobody out: the new key signs once every process has loaded it, and the old keys still verify."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.features import Rewrapper
from rxapp.auth.core.keys import stored_keys
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.encryption import unwrap, wrap
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY, newest_first, signing_key_at
from rxapp.auth.core.settings.settings import Settings

SECRET_BYTES = 32


class KeyState(StrEnum):
    """What a key is used for now."""

    UPCOMING = "upcoming"
    CURRENT = "current"
    KEPT = "kept"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """A key without its secret. A key that is not stored but derived from a configured secret key has no dates."""

    kid: str
    state: KeyState
    created_at: datetime | None = None
    active_from: datetime | None = None
    retired_at: datetime | None = None


def describe_keys(settings: Settings, database: Database, clock: Clock) -> list[KeyDescription]:
    """The keys in use, the oldest first. Stored keys that no configured secret key decrypts are included."""
    now = clock()
    with database.connect() as db:
        rows = stored_keys.select_all(db)
    ring = stored_keys.load_key_ring(settings, database, now)
    current = signing_key_at(newest_first(ring), now)
    states = {
        key.keys.key_id: KeyState.CURRENT if key is current else KeyState.UPCOMING if key.active_from > now else KeyState.KEPT
        for key in ring
    }
    stored = [
        KeyDescription(row.kid, states.pop(row.kid, KeyState.UNREADABLE), row.created_at, row.active_from, row.retired_at)
        for row in rows
    ]
    return [KeyDescription(kid, state) for kid, state in states.items()] + stored


def rotate(settings: Settings, database: Database, clock: Clock, rewrappers: Sequence[Rewrapper] = ()) -> KeyDescription:
    """Store a new key. After `PROPAGATION_DELAY` it signs, and the other keys retire.

    All readable keys are encrypted again under the current secret key, and so are the secrets of features, by their
    `rewrappers`. Then previous secret keys can be removed from the settings. The first rotation stores the secret keys too: from
    then on each verifies only until `prune` removes it.
    """
    for rewrap in rewrappers:
        rewrap(settings, database)
    now = clock()
    secret_key = settings.secret_keys[0]
    active_from = now + PROPAGATION_DELAY
    with database.transaction() as db:
        stored_keys.lock(db)
        _rewrap_all(db, settings)
        _store_secret_keys(db, settings, now)
        stored_keys.retire_all(db, active_from)
        kid = _store(db, secrets.token_bytes(SECRET_BYTES), secret_key, created_at=now, active_from=active_from)
        events.record(db, EventKind.KEYS_ROTATED, now, detail=kid)
    return KeyDescription(kid, KeyState.UPCOMING, now, active_from)


def _rewrap_all(db: Connection, settings: Settings) -> None:
    secret_key, *previous = settings.secret_keys
    for row in stored_keys.select_all(db):
        secret = unwrap(row.wrapped_secret, row.kid, previous)
        if secret is not None:
            stored_keys.rewrap(db, row.kid, wrap(secret, row.kid, secret_key))


def _store_secret_keys(db: Connection, settings: Settings, now: datetime) -> None:
    """Store the secret key if it signs itself (no stored key does), and the previous ones that are not stored yet."""
    secret_key, *previous = settings.secret_keys
    rows = stored_keys.select_all(db)
    readable = {row.kid: row for row in rows if unwrap(row.wrapped_secret, row.kid, [secret_key]) is not None}
    for each in previous:
        if Keys.derive(each).key_id not in readable:
            _store(db, each.encode(), secret_key, created_at=now, active_from=now, retired_at=now)
    if not any(row.active_from <= now and (row.retired_at is None or now < row.retired_at) for row in readable.values()):
        _store(db, secret_key.encode(), secret_key, created_at=now, active_from=now)


def _store(db: Connection, secret: bytes, secret_key: str, **moments: datetime) -> str:
    kid = Keys.derive(secret).key_id
    stored_keys.store(db, {"kid": kid, "wrapped_secret": wrap(secret, kid, secret_key), "retired_at": None, **moments})
    return kid
