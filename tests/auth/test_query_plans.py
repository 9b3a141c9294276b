"""Both databases say how they would find the rows: by an index, and not by reading a whole table."""

import inspect
from datetime import UTC, datetime
from uuid import UUID

import pytest

from rxapp.auth import security_events as events
from rxapp.auth import session_steps, sessions
from rxapp.auth.security_events import EventFilter, EventKind
from tests.query_plans import plans_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOMEBODY, SOMETHING = UUID(int=1), UUID(int=2)

BY_ID = ("sqlite_autoindex_auth_session_1", "auth_session_pkey")
BY_USER, BY_END = "ix_auth_session_user_id", "ix_auth_session_expires_at"
BY_EVENT_ID = ("INTEGER PRIMARY KEY (rowid", "security_event_pkey")  # renamed by a migration, the table left its index the name

STATEMENTS = {
    "sessions.find": (lambda db: sessions.find(db, SOMETHING), BY_ID),
    "session_steps.rotate": (lambda db: session_steps.rotate(db, SOMETHING, 3, NOW), BY_ID),
    "session_steps.rotate_standing": (
        lambda db: session_steps.rotate_standing(db, SOMETHING, 3, NOW, idle_since=NOW, device_key=None),
        BY_ID,
    ),
    "sessions.mark_seen": (lambda db: sessions.mark_seen(db, SOMETHING, 3, NOW), BY_ID),
    "sessions.touch": (lambda db: sessions.touch(db, SOMETHING, NOW), BY_ID),
    "sessions.mark_authenticated": (lambda db: sessions.mark_authenticated(db, SOMETHING, NOW), BY_ID),
    "sessions.revoke": (lambda db: sessions.revoke(db, SOMETHING, "signed_out", NOW), BY_ID),
    "sessions.revoke_all": (lambda db: sessions.revoke_all(db, SOMEBODY, "signed_out", NOW), BY_USER),
    "sessions.standing_of": (lambda db: sessions.standing_of(db, SOMEBODY, NOW, NOW), BY_USER),
    "sessions.count_standing": (lambda db: sessions.count_standing(db, [SOMEBODY, SOMETHING], NOW, NOW), BY_USER),
    "sessions.count_ended": (lambda db: sessions.count_ended(db, NOW), BY_END),
    "sessions.delete_ended": (lambda db: sessions.delete_ended(db, NOW, 20), BY_END),
    "events.newest of a user": (lambda db: events.newest(db, EventFilter(SOMEBODY), limit=20), "ix_auth_security_event_user_id"),
    "events.newest of a kind": (
        lambda db: events.newest(db, EventFilter(kind=EventKind.LOGIN), limit=20),
        "ix_auth_security_event_kind",
    ),
    "events.newest_id": (events.newest_id, ("SEARCH auth_security_event", "security_event_pkey")),
    "events.oldest_first": (lambda db: list(events.oldest_first(db, EventFilter())), BY_EVENT_ID),
    "events.since": (lambda db: events.since(db, 5), BY_EVENT_ID),
    "events.why_revoked": (lambda db: events.why_revoked(db, SOMEBODY, SOMETHING), "ix_auth_security_event_user_id"),
    "events.delete_batch": (lambda db: events.delete_batch(db, NOW, 20), "ix_auth_security_event_occurred_at"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_are_found_by_an_index(database, name):
    call, index = STATEMENTS[name]
    plan = plans_of(database, call, as_if_large=True)
    assert plan
    assert not any(step.lstrip(" ->").startswith(("SCAN", "Seq Scan")) for step in plan), plan
    assert any(each in step for step in plan for each in ([index] if isinstance(index, str) else index)), plan


def test_no_statement_on_sessions_is_left_out():
    """But for the one that asks for everybody's sessions, and so reads them all."""
    functions = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (sessions, session_steps)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert functions - set(STATEMENTS) == {"sessions.new_session", "sessions.get", "sessions.all_standing"}
