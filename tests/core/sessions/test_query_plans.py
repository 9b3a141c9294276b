"""Both databases say how they would find the rows: by an index, and not by reading a whole table."""

import inspect
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from rxapp.auth.core.audit import events, statistics
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.audit.periods import DAYS
from rxapp.auth.core.sessions import device_trust, rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.features.passkeys.rules import rows
from tests.query_plans import plans_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOMEBODY, SOMETHING = UUID(int=1), UUID(int=2)

BY_ID = ("sqlite_autoindex_auth_session_1", "auth_session_pkey")
BY_USER, BY_END = "ix_auth_session_user_id", "ix_auth_session_expires_at"
BY_TRUSTING_USER = ("sqlite_autoindex_auth_trusted_device_2", "uq_auth_trusted_device_key")
DAY = timedelta(days=1)
BY_EVENT_ID = ("INTEGER PRIMARY KEY (rowid", "security_event_pkey")  # renamed by a migration, the table left its index the name

STATEMENTS = {
    "statements.find": (lambda db: sessions.find(db, SOMETHING), BY_ID),
    "rotation_statements.rotate": (
        lambda db: rotation_statements.rotate(db, SOMETHING, 3, NOW, idle_since=NOW, device_key=None),
        BY_ID,
    ),
    "statements.mark_seen": (lambda db: sessions.mark_seen(db, SOMETHING, 3, NOW), BY_ID),
    "statements.touch": (lambda db: sessions.touch(db, SOMETHING, NOW), BY_ID),
    "statements.mark_authenticated": (lambda db: sessions.mark_authenticated(db, SOMETHING, NOW, ["pwd"]), BY_ID),
    "statements.is_known_device": (lambda db: sessions.is_known_device(db, SOMEBODY, "t" * 43), BY_USER),
    "statements.revoke": (lambda db: sessions.revoke(db, SOMETHING, "signed_out", NOW), BY_ID),
    "statements.revoke_all": (lambda db: sessions.revoke_all(db, SOMEBODY, "signed_out", NOW), BY_USER),
    "statements.unrevoked_of": (lambda db: sessions.unrevoked_of(db, SOMEBODY), BY_USER),
    "statements.active_of": (lambda db: sessions.active_of(db, SOMEBODY, NOW, NOW), BY_USER),
    "statements.count_active": (lambda db: sessions.count_active(db, [SOMEBODY, SOMETHING], NOW, NOW), BY_USER),
    "statements.count_all_active": (lambda db: sessions.count_all_active(db, NOW, NOW), BY_END),
    "statements.count_ended": (lambda db: sessions.count_ended(db, NOW), BY_END),
    "statements.delete_ended": (lambda db: sessions.delete_ended(db, NOW, 20), BY_END),
    "device_trust.is_trusted": (
        lambda db: device_trust.is_trusted(db, SOMEBODY, "a" * 43, NOW, lifetime=DAY),
        BY_TRUSTING_USER,
    ),
    "device_trust.trusted_of": (lambda db: device_trust.trusted_of(db, SOMEBODY, NOW, lifetime=DAY), BY_TRUSTING_USER),
    "device_trust.end_trust_of": (lambda db: device_trust.end_trust_of(db, SOMEBODY, NOW), BY_TRUSTING_USER),
    "device_trust.end_trust_of_session": (lambda db: device_trust.end_trust_of_session(db, SOMETHING, NOW), BY_ID),
    "device_trust.delete_expired": (lambda db: device_trust.delete_expired(db, NOW, 20), "ix_auth_trusted_device_expires_at"),
    "events.user_agents_of": (lambda db: events.user_agents_of(db, [5, 6]), BY_EVENT_ID),
    "rows.passkeys_of": (lambda db: rows.passkeys_of(db, SOMEBODY), "ix_auth_passkey_user_id"),
    "rows.find": (lambda db: rows.find(db, b"x"), ("sqlite_autoindex_auth_passkey_2", "auth_passkey_credential_id_key")),
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
    "statistics.count_kinds": (
        lambda db: statistics.count_kinds(db, DAYS.spans(NOW)[-1]),
        "ix_auth_security_event_occurred_at",
    ),
    "statistics.oldest": (statistics.oldest, "ix_auth_security_event_occurred_at"),
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
        for module in (sessions, rotation_statements)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert functions - set(STATEMENTS) == {"statements.new_session", "statements.get", "statements.all_active"}
