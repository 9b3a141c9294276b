"""The failures that others had (shared list of races), each as a test, on SQLite and on PostgreSQL."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from rxapp.auth import (
    AuthError,
    AuthService,
    AuthSession,
    Database,
    InvalidCredentials,
    InvalidToken,
    LastAdministrator,
    NotFound,
    SecurityEvent,
    SessionExpired,
    SessionIdle,
    SessionRevoked,
    TokenReused,
    User,
    UserNameTaken,
    WrongPassword,
)
from rxapp.auth.core.accounts import users
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.login.login import LoggedIn
from rxapp.auth.core.maintenance import pruning
from rxapp.auth.core.sessions import statements as sessions
from rxapp.auth.core.sessions.replacement import Replacement
from rxapp.auth.features.new_password.rules import log_in_by_link
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
    first_use = clock()
    with service.database.connect() as db:
        sessions.mark_seen(db, session_of(service, pair).id, 0, first_use)
        clock.move(seconds=5)
        sessions.mark_seen(db, session_of(service, pair).id, 0, clock())
    assert session_of(service, pair).generation_seen_at == first_use


GOOD = "plumb orbit cadet vixen"


def right_after_the_password_was_verified(service, monkeypatch, act):
    """Let `act` happen when the next password has been found right and nothing has been written yet."""
    verify = service.passwords.verify_password

    def verify_and_act(password, password_hash):
        monkeypatch.setattr(service.passwords, "verify_password", verify)
        replacement = verify(password, password_hash)
        act()
        return replacement

    monkeypatch.setattr(service.passwords, "verify_password", verify_and_act)


def count(service, model, **values):
    with service.database.read() as db:
        return len(db.exec(select(model).filter_by(**values)).all())


class TestALoginUnderWay:
    """Verifying a password takes long, on purpose; what is decided in that time holds for the login too."""

    def test_while_the_password_is_changed_begins_no_session(self, service, pair, johndoe, monkeypatch):
        me = service.verify_access(pair.access_token)
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.accounts.change_password(me, PASSWORD, GOOD))
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert count(service, AuthSession, revoked_at=None) == 1, "the new one of the change"
        assert count(service, SecurityEvent, kind="login_failed", user_id=johndoe.id) == 1

    def test_while_a_password_is_set_by_a_link_begins_no_session(self, service, johndoe, monkeypatch):
        token = service.administration.issue_password_link(johndoe.id)
        right_after_the_password_was_verified(service, monkeypatch, lambda: log_in_by_link(service, token, GOOD))
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert count(service, AuthSession) == 1, "the one of the link"

    def test_while_the_user_is_disabled_begins_no_session(self, service, johndoe, monkeypatch):
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.administration.disable(johndoe.id))
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert count(service, AuthSession) == 0

    def test_while_the_user_is_deleted_begins_no_session(self, service, pair, monkeypatch):
        me = service.verify_access(pair.access_token)
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.accounts.delete(me, PASSWORD))
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", PASSWORD)
        assert count(service, AuthSession) == 0

    def test_while_another_login_renews_the_hash_gets_in_all_the_same(
        self, service, database, settings, clock, johndoe, monkeypatch
    ):
        """The parameters have been raised, and both logins found the old hash."""
        stronger = AuthService(settings.model_copy(update={"argon2_time_cost": 2}), database, clock)
        right_after_the_password_was_verified(stronger, monkeypatch, lambda: stronger.log_in("johndoe", PASSWORD))
        assert stronger.verify_access(stronger.log_in("johndoe", PASSWORD).access_token)
        assert count(service, AuthSession) == 2

    def test_in_another_thread_leaves_no_session_that_the_old_password_began(self, service, johndoe):
        password = PASSWORD
        for n in range(5):
            me = service.verify_access(service.log_in("johndoe", password).access_token)
            new = f"{GOOD} {n}"
            *_, changed = at_once(
                [
                    lambda old=password: service.log_in("johndoe", old),
                    lambda old=password: service.log_in("johndoe", old),
                    lambda me=me, old=password, new=new: service.accounts.change_password(me, old, new),
                ]
            )
            mine = service.verify_access(changed.pair.access_token)
            assert [session.id for session in service.accounts.sessions_of(me)] == [mine.session_id]
            password = new


class TestAConfirmationUnderWay:
    def test_while_the_password_is_changed_confirms_nothing(self, service, pair, clock, monkeypatch):
        """The other session was left; it is not to be fresh by the old password."""
        me, phone = (service.verify_access(each.access_token) for each in (pair, service.log_in("johndoe", PASSWORD)))
        clock.move(minutes=1)
        change = partial(service.accounts.change_password, me, PASSWORD, GOOD, ends_other_sessions=False)
        right_after_the_password_was_verified(service, monkeypatch, change)
        with pytest.raises(WrongPassword):
            service.confirmation.confirm(phone, "pwd", PASSWORD)
        assert count(service, AuthSession, authenticated_at=clock()) == 1


class TestPasswordChanges:
    def test_of_two_at_once_one_wins(self, service, pair, johndoe):
        identities = [service.verify_access(each.access_token) for each in (pair, service.log_in("johndoe", PASSWORD))]
        news = [f"{GOOD} one", f"{GOOD} two"]
        answers = at_once(
            [
                lambda me=me, new=new: service.accounts.change_password(me, PASSWORD, new)
                for me, new in zip(identities, news, strict=True)
            ]
        )
        winner = next(n for n, answer in enumerate(answers) if isinstance(answer, Replacement))
        assert isinstance(answers[1 - winner], WrongPassword)
        assert service.log_in("johndoe", news[winner])
        with pytest.raises(InvalidCredentials):
            service.log_in("johndoe", news[1 - winner])

    def test_of_two_that_both_found_the_old_one_right_one_wins(self, service, pair, monkeypatch):
        me = service.verify_access(pair.access_token)
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.accounts.change_password(me, PASSWORD, GOOD))
        with pytest.raises(WrongPassword):
            service.accounts.change_password(me, PASSWORD, f"{GOOD} too")
        assert service.log_in("johndoe", GOOD)

    def test_of_two_uses_of_one_link_at_once_one_wins(self, service, johndoe):
        token = service.administration.issue_password_link(johndoe.id)
        news = [f"{GOOD} {n}" for n in range(4)]
        answers = at_once([lambda new=new: log_in_by_link(service, token, new) for new in news])
        (winner,) = [n for n, answer in enumerate(answers) if isinstance(answer, LoggedIn)]
        assert all(isinstance(answer, InvalidToken) for n, answer in enumerate(answers) if n != winner)
        assert service.log_in("johndoe", news[winner])
        assert count(service, SecurityEvent, kind="password_set") == 1


class TestDeletions:
    def test_one_under_way_while_the_password_is_changed_deletes_nothing(self, service, pair, monkeypatch):
        """Whoever changes the password to lock a thief out has locked out the thief's deletion too."""
        me, thief = (service.verify_access(each.access_token) for each in (pair, service.log_in("johndoe", PASSWORD)))
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.accounts.change_password(me, PASSWORD, GOOD))
        with pytest.raises(WrongPassword):
            service.accounts.delete(thief, PASSWORD)
        assert service.log_in("johndoe", GOOD)

    def test_of_two_at_once_one_is_written_down(self, service, pair, monkeypatch):
        me = service.verify_access(pair.access_token)
        right_after_the_password_was_verified(service, monkeypatch, lambda: service.accounts.delete(me, PASSWORD))
        with pytest.raises(WrongPassword):
            service.accounts.delete(me, PASSWORD)
        assert count(service, SecurityEvent, kind="user_deleted") == 1

    def test_one_and_a_password_change_never_wait_for_each_other_for_ever(self, service, pair, monkeypatch):
        """Both write the user's row and the sessions' rows: in one order, or PostgreSQL has to break one of them off."""
        me, phone = (service.verify_access(each.access_token) for each in (pair, service.log_in("johndoe", PASSWORD)))
        deletion_has_begun, change_holds_the_users_row = threading.Event(), threading.Event()
        begin, revoke_all = users.require_another_administrator, sessions.revoke_all

        def begin_slowly(*arguments):
            begin(*arguments)
            deletion_has_begun.set()
            change_holds_the_users_row.wait(0.3)

        def revoke_slowly(*arguments, **options):
            change_holds_the_users_row.set()
            time.sleep(0.1)  # in which the deletion takes what it can
            return revoke_all(*arguments, **options)

        def change():
            deletion_has_begun.wait(5)
            return service.accounts.change_password(me, PASSWORD, GOOD)

        monkeypatch.setattr(users, "require_another_administrator", begin_slowly)
        monkeypatch.setattr(sessions, "revoke_all", revoke_slowly)
        answers = at_once([change, lambda: service.accounts.delete(phone, PASSWORD)])
        assert [type(answer) for answer in answers] in ([Replacement, WrongPassword], [WrongPassword, list], [NotFound, list])


def test_race_14_two_that_prune_at_once_remove_each_row_once_and_neither_fails(service, johndoe, clock, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH_SIZE", 5)
    for _ in range(40):
        service.log_in("johndoe", PASSWORD)
    clock.move(days=181)
    answers = at_once([lambda: list(pruning.prune(service.settings, service.database, clock))] * 3)
    assert sum(batch.rows for answer in answers for batch in answer if batch.pruner.kind == "sessions") == 40
    assert sum(batch.rows for answer in answers for batch in answer if batch.pruner.kind == "events") == 41
    assert (count(service, AuthSession), count(service, SecurityEvent)) == (0, 0)


class TestRegistrations:
    def test_of_two_at_once_with_names_that_read_the_same_one_wins(self, service):
        names = ["Zoë", "ZOË", "Zoe\u0308", "ｚｏë"]
        answers = at_once([lambda name=name: service.accounts.register(name, "", GOOD) for name in names])
        assert [type(answer) for answer in answers].count(User) == 1
        assert [type(answer) for answer in answers].count(UserNameTaken) == 3
        assert count(service, User) == 1
        assert count(service, SecurityEvent, kind="user_registered") == 1


class TestAdministrators:
    """Two of them, and each is about to be the last."""

    @pytest.fixture
    def two(self, service):
        return [service.create_user(name, PASSWORD, roles=["Admin", "Manager"]) for name in ("ada", "bob")]

    @pytest.mark.parametrize("remove", ["set_roles", "disable"])
    def test_two_who_remove_each_other_at_the_same_moment_leave_one(self, service, two, remove):
        administration = service.administration

        def act(actor, other):
            if remove == "set_roles":
                return administration.set_roles(other.id, ["Manager"], Actor(actor.id))
            return administration.disable(other.id, Actor(actor.id))

        for _ in range(10):
            answers = at_once([lambda: act(*two), lambda: act(*reversed(two))])
            assert [type(answer) for answer in answers].count(LastAdministrator) == 1, answers
            standing = [user for user in administration.find_users(limit=9)[1] if "Admin" in user.roles and not user.disabled_at]
            assert len(standing) == 1
            for user in two:
                administration.enable(user.id)
                administration.set_roles(user.id, ["Admin", "Manager"])

    def test_two_who_leave_at_the_same_moment_leave_one(self, service, two):
        identities = [service.verify_access(service.log_in(user.user_name, PASSWORD).access_token) for user in two]
        answers = at_once([lambda me=me: service.accounts.delete(me, PASSWORD) for me in identities])
        assert [type(answer) for answer in answers].count(LastAdministrator) == 1
        assert count(service, User) == 1

    def test_many_who_do_everything_to_each_other_at_once_leave_one_and_none_waits_for_ever(self, service, two):
        everyone = [*two, *(service.create_user(name, PASSWORD, roles=["Admin"]) for name in ("cid", "dot"))]
        identities = {user.id: service.verify_access(service.log_in(user.user_name, PASSWORD).access_token) for user in everyone}
        administration, accounts = service.administration, service.accounts
        acts = []
        for actor, other in zip(everyone, everyone[1:] + everyone[:1], strict=True):
            acts += [
                lambda actor=actor, other=other: administration.set_roles(other.id, [], Actor(actor.id)),
                lambda actor=actor, other=other: administration.disable(other.id, Actor(actor.id)),
                lambda actor=actor: accounts.delete(identities[actor.id], PASSWORD),
                lambda actor=actor: accounts.change_password(identities[actor.id], PASSWORD, GOOD),
                lambda actor=actor: service.log_in(actor.user_name, PASSWORD),
            ]
        unexpected = [each for each in at_once(acts) if isinstance(each, Exception) and not isinstance(each, AuthError)]
        assert unexpected == []
        standing = [user for user in administration.find_users(limit=9)[1] if "Admin" in user.roles and not user.disabled_at]
        assert len(standing) >= 1
