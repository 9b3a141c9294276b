"""What a session takes of a SQLite file, its indexes included: new, in use, and after ten thousand rotations of some."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rich.progress import track

from rxapp.auth import AuthTable, Database
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.demo.migrations import migrate

USERS_PER_SESSION = 0.1
ROTATIONS, ROTATED = 10_000, 3
CHUNK = 5_000


@dataclass(frozen=True)
class BytesAtRest:
    """Bytes a session, new, and once all were rotated and seen; `grown` is what the file grew by while some rotated on and on."""

    sessions: int
    new: float
    used: float
    grown: int


def bytes_at_rest(directory: Path, number: int) -> BytesAtRest:
    database = Database(f"sqlite:///{directory}/at-rest.db", sqlite_synchronous="OFF")
    migrate(database)
    now = datetime.now(UTC)
    users = [uuid.uuid4() for _ in range(int(number * USERS_PER_SESSION))]
    _insert(database, "auth_user", [_user(id_, now) for id_ in users])
    empty = _size(database)
    chance = Random(1)
    begun = [now - timedelta(days=7) * (1 - (n + 1) / number) for n in range(number)]
    rows = [_session(chance.choice(users), at) for at in begun]
    _insert(database, "auth_session", rows)
    new = _size(database)
    chance.shuffle(rows)
    _use(database, rows, 0, now)  # in another order than they came: pages split as much as they ever will
    used = _size(database)
    for generation in track(range(1, ROTATIONS + 1), description=f"{ROTATIONS:,} rotations of {ROTATED}"):
        _use(database, rows[:ROTATED], generation, now)
    grown = _size(database) - used
    database.dispose()
    return BytesAtRest(number, (new - empty) / number, (used - empty) / number, grown)


def _user(id_: uuid.UUID, now: datetime) -> dict:
    names = dict.fromkeys(("user_name", "user_name_key", "display_name", "search_key"), str(id_))
    return {"id": id_, **names, "password_hash": "!none", "roles": [], "created_at": now}


def _session(user_id: uuid.UUID, at: datetime) -> dict:
    moments = dict.fromkeys(("created_at", "last_used_at", "authenticated_at"), at) | {"expires_at": at + timedelta(days=7)}
    who = {"device": "Chrome on Windows", "address": "203.0.113.77", "device_key_thumbprint": secrets.token_urlsafe(32)}
    return {"id": uuid.uuid4(), "user_id": user_id, "salt": secrets.token_bytes(32), "generation": 0, **moments, **who}


def _insert(database: Database, table: str, rows: list[dict]) -> None:
    insert = AuthTable.metadata.tables[table].insert()
    for start in range(0, len(rows), CHUNK):
        with database.transaction() as db:
            db.execute(insert, rows[start : start + CHUNK])


def _use(database: Database, rows: list[dict], generation: int, now: datetime) -> None:
    idle_since = now - timedelta(days=8)
    with database.transaction() as db:
        for row in rows:
            key = row["device_key_thumbprint"]
            rotation_statements.rotate(db, row["id"], generation, now, idle_since=idle_since, device_key=key)
            sessions.mark_seen(db, row["id"], generation + 1, now)


def _size(database: Database) -> int:
    with database.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, size = (
            db.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size
