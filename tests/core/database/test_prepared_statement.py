"""Statements on a hot path: what SQLAlchemy itself would give and raise, without its work at each execution."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from rxapp.auth import AuthSession, Database, DatabaseUnavailable
from rxapp.auth.core.database.prepared_statement import PreparedStatement
from rxapp.auth.core.database.tables import AuthTable, User
from rxapp.auth.core.sessions import rotation_statements, statements
from tests.clock import MovableClock
from tests.conftest import empty

_user = AuthTable.metadata.tables[User.__tablename__]
_session = AuthTable.metadata.tables[AuthSession.__tablename__]

FIND = select(*_session.c, _user.c.user_name, _user.c.roles).join(_user).where(_session.c.id == bindparam("id"))


@pytest.fixture
def session_id(service, pair):
    return service.access_tokens.identify(pair.access_token).session_id


def test_a_row_is_what_sqlalchemy_makes_of_it(database, session_id):
    with database.connect() as db:
        row = PreparedStatement(FIND).fetch(db, {"id": session_id})
        assert tuple(row) == tuple(db.execute(FIND, {"id": session_id}).one())
    assert (row.id, row.user_name, row.roles) == (session_id, "johndoe", ["Manager"])
    assert row.created_at.tzinfo is not None


def test_no_row_is_none(database, session_id):
    with database.connect() as db:
        assert PreparedStatement(FIND).fetch(db, {"id": uuid4()}) is None


def rotate(db, session_id):
    now = MovableClock()()
    return rotation_statements.rotate(db, session_id, 0, now, idle_since=now - timedelta(days=1), device_key=None)


def test_it_says_how_many_rows_it_has_changed_and_constants_are_converted_too(database, session_id):
    end = datetime(2030, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    statement = PreparedStatement(update(_session).where(_session.c.id == bindparam("which")).values(expires_at=end))
    with database.connect() as db:
        assert (statement.run(db, {"which": session_id}), statement.run(db, {"which": uuid4()})) == (1, 0)
        assert db.execute(select(_session.c.expires_at)).scalar_one() == end


def test_in_a_transaction_it_is_undone_with_the_rest(database, session_id):
    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        assert rotate(db, session_id)
        raise ZeroDivisionError
    with database.connect() as db:
        assert statements.get(db, session_id).generation == 0


def test_an_error_has_sqlalchemys_name_and_tells_no_parameters(database, johndoe):
    statement = PreparedStatement(insert(_user).values({column.name: bindparam(f"new_{column.name}") for column in _user.c}))
    values = {f"new_{name}": getattr(johndoe, name) for name in _user.c.keys()}  # noqa: SIM118  a collection of columns
    with pytest.raises(IntegrityError) as refused, database.transaction() as db:
        statement.run(db, values)
    assert johndoe.password_hash not in str(refused.value)


def test_listeners_for_the_engines_statements_are_called(database, session_id):
    heard = []
    event.listen(database.engine, "before_cursor_execute", lambda *arguments: heard.append(arguments[2]))
    with database.connect() as db:
        assert statements.find(db, session_id).id == session_id
        assert rotate(db, session_id)
    assert [statement[:6] for statement in heard] == ["SELECT", "UPDATE"]


class TestALostConnection:
    @pytest.fixture
    def database(self, postgresql_url):
        database = Database(postgresql_url)
        yield database
        empty(database)
        database.dispose()

    @pytest.fixture
    def end(self, postgresql_url):
        """Has the server end a connection, as when it is started anew."""
        operator = Database(postgresql_url)

        def end(db):
            process_id = db.connection.dbapi_connection.info.backend_pid
            with operator.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:process_id, 5000)"), {"process_id": process_id})

        yield end
        operator.dispose()

    def test_is_replaced_and_the_question_asked_again(self, database, session_id, end):
        with database.connect(pings=False) as db:
            end(db)
            assert statements.get(db, session_id).id == session_id

    def test_is_an_error_for_a_change_because_it_may_have_been_made(self, database, session_id, end):
        with pytest.raises(DatabaseUnavailable) as lost, database.connect(pings=False) as db:
            end(db)
            statements.touch(db, session_id, datetime.now(UTC))
        assert lost.value.may_retry
        with database.connect() as db:
            assert rotate(db, session_id)

    def test_is_an_error_in_a_transaction_because_the_rest_of_it_is_lost_too(self, database, session_id, end):
        with pytest.raises(DatabaseUnavailable), database.transaction() as db:
            assert rotate(db, session_id)
            end(db)
            statements.get(db, session_id)
        with database.connect() as db:
            assert statements.get(db, session_id).generation == 0

    def test_to_a_server_that_is_stopped_is_an_outage(self, database, session_id, postgresql):
        with pytest.raises(DatabaseUnavailable), database.connect(pings=False) as db:
            postgresql.stop()
            try:
                statements.get(db, session_id)
            finally:
                postgresql.start()
