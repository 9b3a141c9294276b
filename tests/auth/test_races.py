"""The failures that others had (shared list of races), each as a test, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from rxapp.auth import AuthSession, Database, InvalidToken, SessionExpired, SessionIdle, SessionRevoked, TokenReused, User
from tests.conftest import PASSWORD


def refresh(service, pair):
    return service.refresh(pair.access_token, pair.refresh_token)


def session_of(service, pair):
    session_id = service.access_tokens.identify(pair.access_token).session_id
    with service.database.read() as db:
        return db.get_one(AuthSession, session_id)


def at_once(calls):
    """Run the calls in threads that all start together; exceptions are returned like values."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001  the caller looks at it
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_race_1_two_tabs_that_refresh_at_once_get_the_same_successor(service, pair):
    first, second = at_once([lambda: refresh(service, pair)] * 2)
    assert first.refresh_token == second.refresh_token
    assert session_of(service, pair).generation == 1


def test_race_1_two_hundred_parallel_refreshes_take_one_step_and_give_one_refresh_token(service, pair):
    answers = at_once([lambda: refresh(service, pair)] * 200)
    assert len({answer.refresh_token for answer in answers}) == 1
    assert session_of(service, pair).generation == 1
    assert session_of(service, pair).revoked_at is None
    assert refresh(service, answers[0]), "the session lives"


def test_race_2_a_lost_answer_is_given_again_however_late(service, pair, clock):
    lost = refresh(service, pair)
    clock.move(hours=23)
    again = refresh(service, pair)
    assert again.refresh_token == lost.refresh_token
    assert session_of(service, pair).generation == 1
    assert service.verify_access(again.access_token)


def test_race_2_what_the_server_itself_remembers_does_not_count_as_received(service, pair, clock):
    lost = refresh(service, pair)
    service.verify_access(lost.access_token, received=False)
    clock.move(hours=1)
    assert refresh(service, pair).refresh_token == lost.refresh_token


def test_race_3_parallel_refreshes_never_fork_the_family(service, pair):
    for _ in range(5):
        answers = at_once([lambda held=pair: refresh(service, held)] * 8)
        assert len({answer.refresh_token for answer in answers}) == 1
        pair = answers[0]
    assert session_of(service, pair).generation == 5


def test_race_4_grace_replays_the_successor_and_never_mints_a_sibling(service, pair, clock):
    successor = refresh(service, pair)
    service.verify_access(successor.access_token)
    clock.move(seconds=10)
    assert refresh(service, pair).refresh_token == successor.refresh_token
    assert session_of(service, pair).generation == 1


def test_race_5_grace_is_for_the_immediate_predecessor_only(service, pair):
    second = refresh(service, pair)
    refresh(service, second)
    with pytest.raises(TokenReused):
        refresh(service, pair)


def test_race_6_grace_is_not_re_armed_by_retries_or_by_use(service, pair, clock):
    successor = refresh(service, pair)
    service.verify_access(successor.access_token)
    for _ in range(10):
        clock.move(seconds=1)
        refresh(service, pair)
        service.verify_access(successor.access_token)
    clock.move(seconds=1)
    with pytest.raises(TokenReused):
        refresh(service, pair)


def test_race_7_revoked_wins_over_grace(service, pair):
    refresh(service, pair)
    service.end_session_of(pair.access_token)
    with pytest.raises(SessionRevoked):
        refresh(service, pair)


def test_race_7_a_family_that_was_ended_for_reuse_is_dead_for_its_newest_token_too(service, pair):
    second = refresh(service, pair)
    newest = refresh(service, second)
    with pytest.raises(TokenReused):
        refresh(service, pair)
    with pytest.raises(SessionRevoked) as refused:
        refresh(service, newest)
    assert refused.value.reason == "token_reused"
    with pytest.raises(SessionRevoked):
        service.verify_access(newest.access_token)


def test_race_9_a_refresh_after_sign_out_is_refused(service, pair):
    service.end_session_of(pair.access_token)
    with pytest.raises(SessionRevoked) as refused:
        refresh(service, pair)
    assert refused.value.reason == "signed_out"


def test_race_11_a_refresh_that_races_a_revocation_leaves_no_token_that_works(service, johndoe):
    for _ in range(10):
        pair = service.log_in("johndoe", PASSWORD)
        answer, _ = at_once(
            [lambda held=pair: refresh(service, held), lambda held=pair: service.end_session_of(held.access_token)]
        )
        with pytest.raises(SessionRevoked):
            service.verify_access(pair.access_token)
        if not isinstance(answer, Exception):
            with pytest.raises(SessionRevoked):
                service.verify_access(answer.access_token)


def test_race_11_only_one_of_many_revocations_ends_the_session(service, pair):
    session_id = session_of(service, pair).id
    assert sum(at_once([lambda: service.revoke(session_id)] * 8)) == 1


def test_race_14_rotations_add_no_row_and_a_login_removes_what_ended_long_ago(service, pair, clock):
    for _ in range(20):
        pair = refresh(service, pair)
    with service.database.read() as db:
        assert len(db.exec(select(AuthSession)).all()) == 1
    clock.move(seconds=(service.settings.session_lifetime + service.settings.ended_session_retention).total_seconds() + 1)
    service.log_in("johndoe", PASSWORD)
    with service.database.read() as db:
        assert len(db.exec(select(AuthSession)).all()) == 1


def test_race_15_a_write_transaction_takes_the_lock_first_so_that_it_waits_instead_of_failing(sqlite_url, settings, clock):
    """Two processes (here: two engines) read, then write. A deferred transaction would fail at once when it is upgraded."""
    one, other = Database(sqlite_url), Database(sqlite_url)
    for database in (one, other):
        with database.write() as db:
            db.execute(text("CREATE TABLE IF NOT EXISTS counter (n INTEGER)"))
    with one.write() as db:
        db.execute(text("INSERT INTO counter VALUES (0)"))

    def count_up(database):
        for _ in range(25):
            with database.write() as db:
                n = db.execute(text("SELECT n FROM counter")).scalar_one()
                db.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    results = at_once([lambda: count_up(one), lambda: count_up(other)])
    assert results == [None, None]
    with one.read() as db:
        assert db.execute(text("SELECT n FROM counter")).scalar_one() == 50
    one.dispose()
    other.dispose()


def test_race_15_sqlite_waits_for_another_writer_and_then_says_so(sqlite_url):
    waiting, holding = Database(sqlite_url), Database(sqlite_url)
    with holding.write() as db:
        db.execute(text("DELETE FROM customer"))
        with waiting.connect() as connection, pytest.raises(OperationalError, match="locked"):
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
            connection.exec_driver_sql("DELETE FROM customer")
    waiting.dispose()
    holding.dispose()


class TestLifetimes:
    def test_rotation_never_extends_the_seven_days(self, service, pair, clock):
        for _ in range(6):
            clock.move(hours=23, minutes=59)
            pair = refresh(service, pair)
        clock.move(hours=23, minutes=59)
        pair = refresh(service, pair)
        assert service.access_tokens.identify(pair.access_token).expires_at <= session_of(service, pair).expires_at
        clock.move(minutes=8)
        with pytest.raises(SessionExpired):
            refresh(service, pair)

    def test_a_session_not_used_for_the_idle_timeout_has_ended(self, service, pair, clock):
        clock.move(hours=24)
        with pytest.raises(SessionIdle):
            refresh(service, pair)

    def test_who_is_active_is_never_idle_although_only_reading(self, database, settings, clock):
        service = type_with_short_idle(settings, database, clock)
        service.create_user("reader", PASSWORD)
        pair = service.log_in("reader", PASSWORD)
        for _ in range(40):
            clock.move(seconds=100)
            try:
                service.verify_access(pair.access_token)
            except InvalidToken:
                pair = refresh(service, pair)
        assert service.verify_access(pair.access_token)

    def test_an_idle_session_is_refused_to_an_access_token_too(self, database, settings, clock):
        service = type_with_short_idle(settings, database, clock, idle=200)
        service.create_user("reader", PASSWORD)
        pair = service.log_in("reader", PASSWORD)
        clock.move(seconds=201)
        with pytest.raises(SessionIdle):
            service.verify_access(pair.access_token)


def type_with_short_idle(settings, database, clock, idle=310):
    from datetime import timedelta

    from rxapp.auth import AuthService

    return AuthService(settings.model_copy(update={"session_idle_timeout": timedelta(seconds=idle)}), database, clock)


class TestPeople:
    def test_roles_are_read_anew_at_each_rotation_and_at_each_use(self, service, pair, johndoe):
        change(service, johndoe, roles=[])
        assert service.verify_access(pair.access_token).roles == frozenset()
        assert service.access_tokens.identify(refresh(service, pair).access_token).roles == ()

    def test_a_disabled_user_is_signed_out_at_once_and_cannot_log_in(self, service, pair, johndoe, clock):
        change(service, johndoe, disabled_at=clock())
        with pytest.raises(SessionRevoked):
            service.verify_access(pair.access_token)
        with pytest.raises(SessionRevoked):
            refresh(service, pair)

    def test_the_sessions_of_two_devices_are_independent(self, service, pair):
        other = service.log_in("johndoe", PASSWORD)
        service.end_session_of(pair.access_token)
        assert service.verify_access(other.access_token)
        assert refresh(service, other)

    def test_a_pair_of_two_sessions_is_refused_and_ends_neither(self, service, pair):
        other = service.log_in("johndoe", PASSWORD)
        with pytest.raises(InvalidToken):
            service.refresh(pair.access_token, other.refresh_token)
        assert refresh(service, pair)
        assert refresh(service, other)


def change(service, user, **values):
    with service.database.write() as db:
        stored = db.get_one(User, user.id)
        for name, value in values.items():
            setattr(stored, name, value)


def test_race_6_two_uses_that_race_to_be_the_first_leave_the_earlier_moment(service, pair, clock):
    """Both read that the generation was not seen yet; the statement itself decides, not what was read."""
    from rxapp.auth import sessions

    first_use = clock()
    with service.database.connect() as db:
        sessions.mark_seen(db, session_of(service, pair).id, 0, first_use)
        clock.move(seconds=5)
        sessions.mark_seen(db, session_of(service, pair).id, 0, clock())
    assert session_of(service, pair).generation_seen_at == first_use
