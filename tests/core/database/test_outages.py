"""The database goes away: nothing is half done, nobody is signed out, and what left nothing behind is done again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from rxapp.auth import AuthService, AuthSession, Database, DatabaseUnavailable, SecurityEvent, Settings, User
from rxapp.auth.core.database.outages import ATTEMPTS, retry_on_outage
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from tests.conftest import PASSWORD, empty

SHORT = timedelta(milliseconds=100)


def count(database, model, **values):
    with database.read() as db:
        return db.exec(select(func.count()).select_from(model).filter_by(**values)).one()


def generation_of(service, pair):
    with service.database.read() as db:
        return db.get_one(AuthSession, service.access_tokens.identify(pair.access_token).session_id).generation


class Terminator:
    """Has PostgreSQL end the connection on which something particular happens: once, or each time."""

    def __init__(self, database: Database, url: str) -> None:
        self._engine, self._operator = database.engine, Database(url)
        self.ended = 0

    def end(self, connection) -> None:
        self.ended += 1
        process_id = connection.connection.dbapi_connection.info.backend_pid
        with self._operator.connect() as operator:
            # Its answer is waited for, so that the connection is gone when the next statement comes.
            operator.execute(text("SELECT pg_terminate_backend(:process_id, 5000)"), {"process_id": process_id})

    def end_all_others(self) -> None:
        with self._operator.connect() as operator:
            own = "pid != pg_backend_pid() AND backend_type = 'client backend'"
            operator.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {own}"))

    def before(self, beginning: str, *, times: int = 1) -> None:
        """Before a statement that begins so."""

        @event.listens_for(self._engine, "before_cursor_execute")
        def end_before(connection, _cursor, statement, *_others):
            if statement.startswith(beginning) and self.ended < times:
                self.end(connection)

    def after(self, beginning: str) -> None:
        """After a statement that begins so was done, and before its answer has come."""

        @event.listens_for(self._engine, "after_cursor_execute")
        def end_after(connection, cursor, statement, *_others):
            if statement.startswith(beginning) and not self.ended:
                self.end(connection)
                cursor.execute("SELECT 1")  # finds that the connection is gone

    def before_commit(self, *, is_done: bool) -> None:
        """While the next transaction is being committed, before or after that is done."""

        @event.listens_for(self._engine, "commit")
        def end_while_committing(connection):
            if not self.ended:
                if is_done:
                    connection.connection.dbapi_connection.commit()
                    connection.connection.dbapi_connection.execute("BEGIN")  # so that there is something to commit
                self.end(connection)

    def dispose(self) -> None:
        self._operator.dispose()


class TestPostgreSQL:
    @pytest.fixture
    def database(self, postgresql_url):
        limits = DatabaseLimits(pool_size=3, pool_timeout=SHORT, lock_timeout=SHORT, statement_timeout=5 * SHORT)
        database = Database(postgresql_url, limits=limits)
        yield database
        database.dispose()
        database = Database(postgresql_url)  # without what the test did to the first one
        empty(database)
        database.dispose()

    @pytest.fixture
    def terminator(self, database, postgresql_url):
        terminator = Terminator(database, postgresql_url)
        yield terminator
        terminator.dispose()

    def test_pooled_connections_that_were_ended_meanwhile_are_not_noticed_by_anybody(self, service, pair, terminator):
        terminator.end_all_others()
        assert service.verify_access(pair.access_token)
        terminator.end_all_others()
        assert service.refresh(pair.access_token, pair.refresh_token)
        terminator.end_all_others()
        assert service.log_in("johndoe", PASSWORD)

    def test_a_transaction_that_is_broken_off_before_it_commits_is_run_again_whole(self, service, database, pair, terminator):
        session_id = service.verify_access(pair.access_token).session_id
        terminator.before("INSERT INTO auth_security_event")
        assert service.revoke(session_id), "the first attempt's revocation was rolled back"
        assert terminator.ended == 1
        assert count(database, SecurityEvent, kind="session_revoked") == 1

    def test_a_login_that_is_broken_off_before_it_commits_begins_one_session(self, service, database, johndoe, terminator):
        terminator.before("INSERT INTO auth_security_event")
        assert service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        assert (count(database, AuthSession), count(database, SecurityEvent, kind="login")) == (1, 1)

    def test_what_makes_a_user_stores_one_though_the_first_attempt_had_stored_it_already(self, service, database, terminator):
        terminator.before("INSERT INTO auth_security_event")
        user = service.accounts.register("ada", "Ada", "plumb orbit cadet vixen")
        assert count(database, User, id=user.id) == 1

    @pytest.mark.parametrize("is_done", [False, True])
    def test_a_login_lost_while_it_was_committed_is_not_run_again(self, service, database, johndoe, terminator, is_done):
        """Whether it was done is not known; done twice it would leave a session that nobody holds the tokens of."""
        terminator.before_commit(is_done=is_done)
        with pytest.raises(DatabaseUnavailable) as lost:
            service.log_in("johndoe", PASSWORD)
        assert not lost.value.may_retry
        assert "look whether it was done" in lost.value.message
        assert count(database, AuthSession) == int(is_done)

    def test_a_rotation_whose_answer_was_lost_takes_one_step_and_is_answered(self, service, pair, terminator):
        terminator.after("UPDATE auth_session SET generation=")
        successor = service.refresh(pair.access_token, pair.refresh_token)
        assert terminator.ended == 1
        assert generation_of(service, pair) == 1
        assert service.verify_access(successor.access_token)
        assert service.refresh(successor.access_token, successor.refresh_token)

    def test_what_is_broken_off_again_and_again_is_given_up_and_has_changed_nothing(self, service, database, pair, terminator):
        terminator.before("INSERT INTO auth_security_event", times=ATTEMPTS)
        with pytest.raises(DatabaseUnavailable, match="AdminShutdown"):
            service.revoke(service.verify_access(pair.access_token).session_id)
        assert terminator.ended == ATTEMPTS
        assert service.verify_access(pair.access_token), "the session stands"

    def test_while_it_is_stopped_everything_says_so_and_afterwards_everybody_is_still_signed_in(self, service, pair, postgresql):
        identity = service.verify_access(pair.access_token)
        postgresql.stop()
        try:
            for operation in (
                lambda: service.verify_access(pair.access_token),
                lambda: service.refresh(pair.access_token, pair.refresh_token),
                lambda: service.log_in("johndoe", PASSWORD),
                lambda: service.revoke(identity.session_id),
                lambda: service.accounts.profile_of(identity),
                lambda: service.administration.find_users(limit=1),
            ):
                with pytest.raises(DatabaseUnavailable) as away:
                    operation()
                assert "try again" in away.value.message
        finally:
            postgresql.start()
        successor = service.refresh(pair.access_token, pair.refresh_token)
        assert service.verify_access(successor.access_token) == identity

    def test_a_crash_loses_nothing_that_was_answered(self, service, pair, postgresql):
        successor = service.refresh(pair.access_token, pair.refresh_token)
        postgresql.stop("immediate")
        postgresql.start()
        assert generation_of(service, pair) == 1
        assert service.refresh(successor.access_token, successor.refresh_token)

    def test_of_two_transactions_that_wait_for_each_other_one_is_run_again(self, database, postgresql_url):
        patient = Database(postgresql_url, limits=DatabaseLimits())
        service = AuthService(Settings(_env_file=None, secret_key="k" * 40), patient)
        users = [service.create_user(name, PASSWORD).id for name in ("ada", "bob")]
        both_hold_one = threading.Barrier(2)

        class Locker:
            attempts = 0

            @retry_on_outage
            def lock(self, first, second):
                Locker.attempts += 1
                with patient.transaction() as db:
                    db.execute(text("UPDATE auth_user SET display_name = 'x' WHERE id = :id"), {"id": first})
                    if Locker.attempts <= 2:
                        both_hold_one.wait(5)
                    db.execute(text("UPDATE auth_user SET display_name = 'x' WHERE id = :id"), {"id": second})

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(Locker().lock, users, reversed(users)))
        assert Locker.attempts >= 3  # a slow machine may have them meet again
        patient.dispose()

    def test_a_row_that_another_holds_is_waited_for_only_so_long(self, service, database, johndoe):
        with database.transaction() as holder:
            holder.execute(text("SELECT 1 FROM auth_user FOR UPDATE"))
            assert service.administration.get_user(johndoe.id), "reading waits for nobody"
            with pytest.raises(DatabaseUnavailable, match="LockNotAvailable"):
                service.administration.disable(johndoe.id)
        assert service.administration.get_user(johndoe.id).disabled_at is None

    def test_a_statement_takes_only_so_long(self, database):
        with pytest.raises(DatabaseUnavailable, match="QueryCanceled"), database.connect() as db:
            db.execute(text("SELECT pg_sleep(5)"))

    def test_a_connection_is_waited_for_only_so_long(self, database):
        with database.connect(), database.connect(), database.connect():
            with pytest.raises(DatabaseUnavailable, match="TimeoutError"), database.connect():
                raise AssertionError("there are only three")

    def test_a_server_that_was_made_read_only_is_an_outage(self, service, pair, database):
        """As after a failover to a standby, or by an operator whose disk is full."""
        with database.engine.connect() as connection:
            connection.execute(text("SET default_transaction_read_only = on"))
            connection.commit()
        with pytest.raises(DatabaseUnavailable, match="ReadOnlySqlTransaction"):
            service.refresh(pair.access_token, pair.refresh_token)

    def test_the_servers_own_default_of_isolation_does_not_matter(self, database):
        """At any other level the one conditional update would be refused where it has to look again."""
        with database.connect() as one, database.transaction() as other:
            for connection in (one, other):
                (level,) = connection.execute(text("SHOW transaction_isolation")).one()
                assert level == "read committed"
                (source,) = connection.execute(
                    text("SELECT source FROM pg_settings WHERE name = 'default_transaction_isolation'")
                ).one()
                assert source == "client"

    def test_what_the_url_says_about_the_connection_stands(self, postgresql_url):
        database = Database(f"{postgresql_url}&options=-c%20statement_timeout%3D7s")
        with database.connect() as db:
            assert db.execute(text("SHOW statement_timeout")).scalar_one() == "7s"
            assert db.execute(text("SHOW lock_timeout")).scalar_one() == "0"
        database.dispose()


class TestSQLite:
    @pytest.fixture
    def database(self, sqlite_database):
        return sqlite_database

    def fill(self, database):
        """From now on the file may grow no more, as on a disk that is full."""

        @event.listens_for(database.engine, "connect")
        def allow_no_more_pages(connection, _record):
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")

        database.dispose()

    def test_a_full_disk_takes_no_login_and_leaves_no_half_of_one(self, service, database, johndoe):
        self.fill(database)
        with pytest.raises(DatabaseUnavailable, match="OperationalError"):
            while count(database, AuthSession) < 1_000:
                service.log_in("johndoe", PASSWORD)
        assert count(database, AuthSession) == count(database, SecurityEvent, kind="login") > 0

    def test_on_a_full_disk_whoever_is_signed_in_goes_on_rotating(self, service, database, pair):
        """A step changes numbers in a row that is there already."""
        self.fill(database)
        for _ in range(20):
            pair = service.refresh(pair.access_token, pair.refresh_token)
        assert service.verify_access(pair.access_token)

    def test_a_damaged_file_is_an_outage(self, tmp_path):
        (tmp_path / "damaged.db").write_bytes(b"no database" * 1_000)
        database = Database(f"sqlite:///{tmp_path}/damaged.db")
        with pytest.raises(DatabaseUnavailable), database.connect() as db:
            db.execute(text("SELECT 1 FROM auth_user"))

    def test_a_file_in_a_directory_that_is_gone_is_an_outage(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/gone/rxapp.db")
        with pytest.raises(DatabaseUnavailable), database.connect():
            raise AssertionError("there is nothing to connect to")


def test_what_is_the_statements_own_fault_is_no_outage(database, service, johndoe):
    with pytest.raises(IntegrityError), database.write() as db:
        db.add(User(user_name="x", user_name_key="johndoe", password_hash="!", created_at=service.clock()))


def test_an_error_shows_no_parameters_for_among_them_are_the_hashes_of_passwords(database, service, johndoe):
    with pytest.raises(IntegrityError) as error, database.write() as db:
        db.add(User(user_name="x", user_name_key="johndoe", password_hash="the hash", created_at=service.clock()))
    assert "the hash" not in str(error.value)
