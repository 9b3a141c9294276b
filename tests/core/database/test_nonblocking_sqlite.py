"""What an event loop asks of SQLite: answered without waiting, or not done at all."""

import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text, update

from rxapp.auth import AuthService, AuthSession, Client, Database, SessionRevoked
from rxapp.auth.core.database import nonblocking_sqlite
from rxapp.auth.core.database.nonblocking_sqlite import COMMITS_UNTIL_CHECKPOINT, WouldBlock
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.database.tables import AuthTable
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.identity.proved_key import ProvedKey
from rxapp.auth.core.sessions import statements as sessions
from tests.conftest import PASSWORD

_session = AuthTable.metadata.tables[AuthSession.__tablename__]


@pytest.fixture
def database(sqlite_database):
    return sqlite_database


@pytest.fixture
def session_id(service, pair):
    return service.access_tokens.identify(pair.access_token).session_id


def generation(service, session_id):
    with service.database.connect() as db:
        return sessions.get(db, session_id).generation


@contextmanager
def another_process_that_writes(database):
    other = sqlite3.connect(database.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def another_thread_that_writes(database):
    begun, done = threading.Event(), threading.Event()

    def write():
        with database.transaction():
            begun.set()
            done.wait(10)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(write)
        assert begun.wait(10)
        yield
        done.set()


def refresh_at_once(service, pair, client=NO_CLIENT):
    """As an event loop does, if nothing has to wait."""
    steps = service.refresh_in_steps(pair.access_token, pair.refresh_token, client)
    step = next(steps)
    row = step.call(*step.arguments, may_wait=False)
    with pytest.raises(StopIteration) as done:
        steps.send(row)
    return done.value.value


def verify_at_once(service, pair, client=NO_CLIENT, **options):
    return service.verify_access(pair.access_token, client, may_wait=False, **options)


def test_a_refresh_at_once_is_a_refresh(service, pair, session_id):
    successor = refresh_at_once(service, pair)
    assert generation(service, session_id) == 1
    assert service.refresh(pair.access_token, pair.refresh_token).refresh_token == successor.refresh_token, "the same, replayed"


@pytest.mark.parametrize("somebody_writes", [another_process_that_writes, another_thread_that_writes])
def test_while_somebody_writes_nothing_is_rotated_at_once(service, pair, session_id, somebody_writes):
    with somebody_writes(service.database):
        for _ in range(3):
            with pytest.raises(WouldBlock):
                refresh_at_once(service, pair)
    assert generation(service, session_id) == 0
    assert refresh_at_once(service, pair)


def test_a_rotation_that_is_tried_and_then_waits_is_counted_once(settings, database, clock, johndoe):
    service = AuthService(settings.model_copy(update={"refresh_rate_limit": 1}), database, clock)
    pair = service.log_in("johndoe", PASSWORD)
    step = next(service.refresh_in_steps(pair.access_token, pair.refresh_token))
    with another_process_that_writes(database), pytest.raises(WouldBlock):
        step.call(*step.arguments, may_wait=False)
    assert step.call(*step.arguments)


@pytest.mark.parametrize("somebody_writes", [another_process_that_writes, another_thread_that_writes])
def test_while_somebody_writes_access_is_verified_at_once(service, pair, somebody_writes):
    service.verify_access(pair.access_token)  # which notes that the token was received
    with somebody_writes(service.database):
        assert verify_at_once(service, pair).user_name == "johndoe"


def test_what_another_process_has_committed_is_seen_at_once(settings, database, clock, service, pair, session_id):
    service.verify_access(pair.access_token)
    verify_at_once(service, pair)
    other = AuthService(settings, Database(database.engine.url.render_as_string()), clock)
    other.revoke(session_id)
    with pytest.raises(SessionRevoked):
        verify_at_once(service, pair)
    with pytest.raises(WouldBlock):
        refresh_at_once(service, pair)


def test_the_first_use_of_a_token_must_be_stored_and_so_would_block(service, pair, clock):
    with pytest.raises(WouldBlock):
        verify_at_once(service, pair)
    assert verify_at_once(service, pair, received=False)
    service.verify_access(pair.access_token)
    assert verify_at_once(service, pair)


def test_a_session_that_was_unused_for_long_must_be_touched_and_so_would_block(service, pair, clock):
    service.verify_access(pair.access_token)
    with service.database.transaction() as db:
        db.execute(update(_session).values(last_used_at=clock() - service.settings.session_idle_timeout / 20))
    with pytest.raises(WouldBlock):
        verify_at_once(service, pair)
    service.verify_access(pair.access_token)
    assert verify_at_once(service, pair)


def test_a_spent_token_is_left_to_the_blocking_way_which_finds_out_why(service, pair, session_id):
    refresh_at_once(service, pair)
    with pytest.raises(WouldBlock):
        refresh_at_once(service, pair)
    assert generation(service, session_id) == 1


def test_a_refused_rotation_has_changed_nothing(settings, database, clock, johndoe):
    service = AuthService(settings.model_copy(update={"refresh_rate_limit": 1}), database, clock)
    pair = refresh_at_once(service, service.log_in("johndoe", PASSWORD))
    with pytest.raises(WouldBlock):
        refresh_at_once(service, pair)
    clock.move(minutes=2)
    assert refresh_at_once(service, pair)


def test_a_page_that_has_proved_its_key_is_served_at_once_and_a_proof_that_is_to_be_spent_is_not(service, johndoe):
    page = Client(device_key=ProvedKey("o" * 43))
    pair = refresh_at_once(service, service.log_in("johndoe", PASSWORD, page), page)
    service.verify_access(pair.access_token, page)
    assert verify_at_once(service, pair, page)
    for other in (Client(), Client(device_key=ProvedKey("t" * 43)), Client(device_key=ProvedKey("o" * 43, "proof"))):
        with pytest.raises(WouldBlock):
            refresh_at_once(service, pair, other)
        with pytest.raises(WouldBlock):
            verify_at_once(service, pair, other)


def test_a_page_that_has_a_key_rotates_a_session_that_is_bound_to_none_at_once(service, pair):
    assert refresh_at_once(service, pair, Client(device_key=ProvedKey("o" * 43)))


class TestCommitsThatMustReachTheDisk:
    """With `synchronous=FULL`."""

    @pytest.fixture
    def careful(self, settings, sqlite_url, clock, johndoe):
        return AuthService(settings, Database(sqlite_url, sqlite_synchronous="FULL"), clock)

    @pytest.fixture
    def pair(self, careful):
        first = careful.log_in("johndoe", PASSWORD)
        return careful.refresh(first.access_token, first.refresh_token)

    @pytest.fixture
    def synced(self, monkeypatch):
        """The files for whose disk somebody has waited."""
        files, fsync = [], os.fsync
        monkeypatch.setattr(os, "fsync", lambda file: (files.append(str(Path(f"/proc/self/fd/{file}").readlink())), fsync(file)))
        return files

    def test_one_here_does_not_wait_and_says_that_it_is_not_there_yet(self, careful, pair, synced):
        refresh_at_once(careful, pair)
        nonblocking = careful.database.nonblocking
        assert (nonblocking.has_unsynced, synced) == (True, [])
        nonblocking.begin_sync()
        careful.database.sync()
        assert not nonblocking.has_unsynced
        assert synced == [f"{careful.database.engine.url.database}-wal"]

    def test_who_repeats_a_rotation_is_told_nothing_that_is_not_on_the_disk(self, careful, pair, synced):
        """Another may have rotated just now, and still wait: after a power cut the successor would be unknown."""
        successor = refresh_at_once(careful, pair)
        assert careful.refresh(pair.access_token, pair.refresh_token).refresh_token == successor.refresh_token
        assert synced == [f"{careful.database.engine.url.database}-wal"]

    def test_a_disk_that_fails_is_an_outage_whose_outcome_is_not_known(self, careful, pair, monkeypatch):
        refresh_at_once(careful, pair)

        def fail(_file):
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(DatabaseUnavailable) as failed:
            careful.database.sync()
        assert not failed.value.is_outcome_known

    def test_the_log_does_not_grow_without_end_and_is_never_written_back_on_the_event_loop(self, careful, pair, monkeypatch):
        database, log = careful.database, Path(f"{careful.database.engine.url.database}-wal")
        rotated = pair
        for _ in range(COMMITS_UNTIL_CHECKPOINT * 4):
            rotated = refresh_at_once(careful, rotated)
            database.nonblocking.begin_sync()
            database.nonblocking.checkpoint()
        longest = log.stat().st_size
        for _ in range(COMMITS_UNTIL_CHECKPOINT * 4):
            rotated = refresh_at_once(careful, rotated)
            database.nonblocking.begin_sync()
            database.nonblocking.checkpoint()
        assert log.stat().st_size == longest
        monkeypatch.setattr(nonblocking_sqlite, "COMMITS_UNTIL_CHECKPOINT", sys.maxsize)
        for _ in range(COMMITS_UNTIL_CHECKPOINT * 4):
            rotated = refresh_at_once(careful, rotated)
        assert log.stat().st_size > longest, "so nothing is written back by the commits themselves"


def test_with_counters_in_redis_a_rotation_would_block(settings, database, clock, pair):
    service = AuthService(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}), database, clock)
    pair = service.refresh(pair.access_token, pair.refresh_token)
    with pytest.raises(WouldBlock):
        refresh_at_once(service, pair)


def test_postgresql_would_always_block(settings, postgresql_url, clock):
    database = Database(postgresql_url)
    with pytest.raises(WouldBlock), database.nonblocking.reading():
        pass
    with pytest.raises(WouldBlock), database.nonblocking.writing():
        pass


def test_what_fails_within_leaves_nothing_behind_and_the_next_one_writes(service, database, pair, session_id):
    with pytest.raises(ZeroDivisionError), database.nonblocking.writing() as db:
        db.exec_driver_sql("UPDATE auth_session SET generation = 7")
        raise ZeroDivisionError
    assert generation(service, session_id) == 0
    assert refresh_at_once(service, pair)


def test_a_damaged_database_is_reported_by_the_blocking_way(service, database, pair):
    service.verify_access(pair.access_token)
    verify_at_once(service, pair)
    with database.connect() as db:
        db.execute(text("ALTER TABLE auth_session RENAME TO lost"))
    with pytest.raises(WouldBlock):
        verify_at_once(service, pair)
    with pytest.raises(WouldBlock):
        refresh_at_once(service, pair)


def test_a_database_that_cannot_be_opened_keeps_nobody_waiting_for_their_turn(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/missing/rxapp.db", sqlite_synchronous="NORMAL")
    for _ in range(2):
        with pytest.raises(WouldBlock), database.nonblocking.writing():
            pass
    assert database.write_lock.acquire(blocking=False)
