"""What has been kept for long enough goes, in batches; the rest stays, and no statement reads a whole table to find it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlmodel import select

from rxapp.auth import AuthSession, AuthTable, SecurityEvent, SessionExpired, User
from rxapp.auth.core.audit import events
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.maintenance import pruning
from rxapp.auth.core.maintenance.pruning import BATCH_SIZE, count_prunable_sessions, prune
from rxapp.auth.core.sessions import statements as sessions
from tests.conftest import PASSWORD

MOMENT = timedelta(microseconds=1)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOMEBODY = UUID(int=1)


@pytest.fixture
def add_session(service, johndoe):
    """Store a session whose lifetime ends at that moment."""

    def add(expires_at, **values):
        began = expires_at - timedelta(days=7)
        moments = dict.fromkeys(("created_at", "last_used_at", "authenticated_at"), began)
        session = AuthSession(user_id=johndoe.id, salt=bytes(32), expires_at=expires_at, **(moments | values))
        with service.database.write() as db:
            db.add(session)
        return session.id

    return add


@pytest.fixture
def run(service, clock):
    return lambda: [(batch.pruner.kind, batch.rows) for batch in prune(service.settings, service.database, clock)]


def ids(service, model):
    with service.database.read() as db:
        return set(db.exec(select(model.id)).all())


class TestSessions:
    def test_one_goes_when_its_lifetime_ended_longer_ago_than_it_is_kept(self, service, add_session, run, clock):
        limit = clock() - service.settings.ended_session_retention
        old = add_session(limit - MOMENT)
        kept = {add_session(limit), add_session(clock() - MOMENT), add_session(clock() + timedelta(days=7))}
        assert count_prunable_sessions(service.settings, service.database, clock) == 1
        assert run() == [("sessions", 1)]
        assert ids(service, AuthSession) == kept
        assert old not in kept
        assert count_prunable_sessions(service.settings, service.database, clock) == 0

    def test_one_that_was_revoked_stays_as_long_so_that_its_owner_is_told_why(self, service, add_session, run, clock):
        revoked = add_session(clock(), revoked_at=clock() - timedelta(days=7), revoked_reason="token_reused")
        assert run() == []
        assert ids(service, AuthSession) == {revoked}

    def test_one_that_has_just_ended_still_says_how(self, service, pair, run, clock):
        clock.move(days=8)
        run()
        with pytest.raises(SessionExpired):
            service.refresh(pair.access_token, pair.refresh_token)

    def test_a_login_removes_a_few(self, service, add_session, clock):
        for _ in range(25):
            add_session(clock() - timedelta(days=31))
        service.log_in("johndoe", PASSWORD)
        assert count_prunable_sessions(service.settings, service.database, clock) == 5
        service.log_in("johndoe", PASSWORD)
        assert count_prunable_sessions(service.settings, service.database, clock) == 0

    def test_their_users_stay(self, service, add_session, run, clock, johndoe):
        add_session(clock() - timedelta(days=31))
        run()
        assert ids(service, User) == {johndoe.id}


class TestEvents:
    def test_one_goes_when_it_happened_longer_ago_than_it_is_kept(self, service, run, clock):
        with service.database.transaction() as db:
            limit = clock() - service.settings.event_retention
            for occurred_at in (limit - MOMENT, limit, clock()):
                events.record(db, EventKind.LOGIN, occurred_at)
        assert run() == [("events", 1)]
        with service.database.connect() as db:
            assert [each.occurred_at for each in events.oldest_first(db, EventFilter())] == [limit, clock()]

    def test_removing_old_sessions_is_not_worth_an_event(self, service, add_session, run, clock):
        add_session(clock() - timedelta(days=31))
        before = ids(service, SecurityEvent)
        run()
        assert ids(service, SecurityEvent) == before


class TestBatches:
    @pytest.mark.parametrize("noted_rows", [-1, 0, 1, 1_000])
    def test_each_is_no_larger_whatever_the_database_has_noted_of_its_tables(self, service, much, noted_rows):
        """Where PostgreSQL takes a table for empty, it would look for the batch once more for each row."""
        with service.database.connect() as db:
            if db.dialect.name == "postgresql":
                db.exec_driver_sql(f"UPDATE pg_class SET reltuples = {noted_rows}, relpages = 1 WHERE relname LIKE 'auth_%%'")
            assert sessions.delete_ended(db, NOW + timedelta(days=365), 3) == 3
            assert events.delete_batch(db, NOW + timedelta(days=365), 3) == 3
            db.rollback()

    @pytest.fixture
    def much(self, service, add_session, clock):
        """Seven sessions and seven events that may go; the first event is the user's creation."""
        for _ in range(7):
            add_session(clock())
        for _ in range(6):
            service.record(EventKind.LOGIN)
        clock.move(days=181)
        service.record(EventKind.LOGIN)

    @pytest.mark.parametrize(("batch", "sizes"), [(3, [3, 3, 1]), (7, [7]), (1, [1] * 7), (500, [7])])
    def test_no_transaction_removes_more_than_a_batch(self, service, much, run, monkeypatch, batch, sizes):
        monkeypatch.setattr(pruning, "BATCH_SIZE", batch)
        assert run() == [("sessions", size) for size in sizes] + [("events", size) for size in sizes]
        assert run() == []

    def test_between_two_batches_others_can_write(self, service, much, clock, monkeypatch):
        monkeypatch.setattr(pruning, "BATCH_SIZE", 3)
        for _ in prune(service.settings, service.database, clock):
            service.log_in("johndoe", PASSWORD)
        assert count_prunable_sessions(service.settings, service.database, clock) == 0

    def test_whoever_stops_early_has_removed_whole_batches_and_goes_on_later(self, service, much, run, clock, monkeypatch):
        monkeypatch.setattr(pruning, "BATCH_SIZE", 3)
        assert next(prune(service.settings, service.database, clock)).rows == 3
        assert count_prunable_sessions(service.settings, service.database, clock) == 4
        assert run()[0] == ("sessions", 3)

    def test_a_large_log_goes_in_batches_of_the_real_size(self, service, run, clock):
        table = AuthTable.metadata.tables["auth_security_event"]
        row = {"occurred_at": clock(), "kind": "login", "address": "", "user_agent": "", "detail": ""}
        with service.database.transaction() as db:
            db.execute(insert(table), [row] * 1_201)
        clock.move(days=180, seconds=1)
        assert run() == [*[("events", BATCH_SIZE)] * (1_201 // BATCH_SIZE), ("events", 1_201 % BATCH_SIZE)]
