"""Fills a database with millions of sessions as fast as it can: rows made by the database itself, indexes when all are there."""

from rich.progress import track
from sqlalchemy import Connection, text

from rxapp.auth import Database
from rxapp.demo.migrations import migrate

CHUNK = 250_000
SESSIONS_PER_USER = 10
ENDED_EVERY = 100
"""One session in so many ended long enough ago to be pruned; the others were used within the last hour."""

# Half of the sessions are bound to a key: only the others can be rotated here without proofs.
ON_SQLITE = f"""
INSERT INTO auth_session (id, user_id, salt, generation, generation_seen_at, created_at, last_used_at, expires_at,
                          authenticated_at, device, address, device_key_thumbprint)
WITH RECURSIVE number(i) AS (VALUES (:first) UNION ALL SELECT i + 1 FROM number WHERE i < :last),
made AS (
    -- In the order of ids, and chunk after chunk: the index of the primary key, which cannot be made afterwards, is appended to.
    SELECT printf('%08x', :lowest + abs(random()) % :range) || lower(hex(randomblob(12))) AS id, i,
           :now - abs(random()) % 3600000000 - iif(i % {ENDED_EVERY}, 0, 40 * 86400000000) AS used_at
    FROM number ORDER BY 1
)
SELECT id, (SELECT auth_user.id FROM auth_user WHERE rowid = 1 + (abs(random()) + made.i) % :users),
       randomblob(32), abs(random()) % 100,
       used_at, used_at - 3600000000, used_at, used_at + 6 * 86400000000, used_at - 3600000000, 'Chrome on Windows',
       printf('203.%d.%d.%d', i % 256, i / 7 % 256, i / 11 % 256),
       iif(i % 2, NULL, substr(lower(hex(randomblob(22))), 1, 43))
FROM made
"""
ON_POSTGRESQL = f"""
INSERT INTO auth_session (id, user_id, salt, generation, generation_seen_at, created_at, last_used_at, expires_at,
                          authenticated_at, device, address, device_key_thumbprint)
SELECT id, md5('user' || floor(random() * :users))::uuid, sha256(uuid_send(id)), floor(random() * 100),
       used_at, used_at - interval '1 hour', used_at, used_at + interval '6 days', used_at - interval '1 hour',
       'Chrome on Windows', '203.' || i % 256 || '.' || i / 7 % 256 || '.' || i / 11 % 256,
       CASE i % 2 WHEN 0 THEN substr(encode(sha256(uuid_send(id)), 'base64'), 1, 43) END
FROM (SELECT i, gen_random_uuid() AS id,
             now() - random() * interval '1 hour' - CASE i % {ENDED_EVERY} WHEN 0 THEN interval '40 days' ELSE '0' END AS used_at
      FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i) AS made
"""
FAST_ON_SQLITE = ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -500000", "PRAGMA threads = 2")
FAST_ON_POSTGRESQL = (
    "SET session_replication_role = replica",  # without looking each user up
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '1GB'",
    "SET statement_timeout = 0",
)
USERS_ON_SQLITE = """
INSERT INTO auth_user (id, user_name, user_name_key, display_name, search_key, password_hash, roles, created_at)
WITH RECURSIVE number(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :users)
SELECT lower(hex(randomblob(16))), 'user' || i, 'user' || i, 'User', 'user' || i, '!none', '["Manager"]',
       '2026-01-01 00:00:00.000000'
FROM number
"""
USERS_ON_POSTGRESQL = """
INSERT INTO auth_user (id, user_name, user_name_key, display_name, search_key, password_hash, roles, created_at)
SELECT md5('user' || i)::uuid, 'user' || i, 'user' || i, 'User', 'user' || i, '!none', '["Manager"]', now()
FROM generate_series(0, CAST(:users AS bigint) - 1) AS i
"""


def fill(url: str, sessions: int) -> None:
    """`sessions` rows of `auth_session`, and a tenth as many users, in a database that is made for it."""
    database = Database(url)
    migrate(database)
    on_sqlite = database.engine.dialect.name == "sqlite"
    with database.connect() as db:
        for statement in FAST_ON_SQLITE if on_sqlite else FAST_ON_POSTGRESQL:
            db.exec_driver_sql(statement)
        _fill(db, sessions, on_sqlite=on_sqlite)
    database.dispose()


def _fill(db: Connection, sessions: int, *, on_sqlite: bool) -> None:
    users = max(1, sessions // SESSIONS_PER_USER)
    db.execute(text(USERS_ON_SQLITE if on_sqlite else USERS_ON_POSTGRESQL), {"users": users})
    made_again = _drop_indexes(db, on_sqlite=on_sqlite)
    starts = range(0, sessions, CHUNK)
    span = 2**32 // len(starts)
    now = "CAST(strftime('%s') AS integer) * 1000000"
    insert = text(ON_SQLITE.replace(":now", now) if on_sqlite else ON_POSTGRESQL)
    for number, start in enumerate(track(starts, description=f"{sessions:,} sessions on {db.dialect.name}")):
        values = {"first": start, "last": min(start + CHUNK, sessions) - 1, "users": users}
        db.execute(insert, values | ({"lowest": number * span, "range": span} if on_sqlite else {}))
    for statement in track(made_again, description="indexes"):
        db.exec_driver_sql(statement)
    db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if on_sqlite else "VACUUM ANALYZE auth_session, auth_user")


def _drop_indexes(db: Connection, *, on_sqlite: bool) -> list[str]:
    """Returns the statements that make them anew."""
    if on_sqlite:
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'auth_session' AND sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'auth_session' AND indexname NOT LIKE '%pkey'"
    found = db.execute(text(query)).all()
    for name, _ in found:
        db.exec_driver_sql(f"DROP INDEX {name}")
    made_again = [statement for _, statement in found]
    if not on_sqlite:
        db.exec_driver_sql("ALTER TABLE auth_session DROP CONSTRAINT auth_session_pkey")
        made_again.insert(0, "ALTER TABLE auth_session ADD PRIMARY KEY (id)")
    return made_again
