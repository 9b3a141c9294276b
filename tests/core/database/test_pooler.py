"""A real PgBouncer in transaction mode in front of the real PostgreSQL: the answers are those that were asked for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from chaos.pgbouncer import PgBouncer, find_pgbouncer
from rxapp.auth import AuthService, Database
from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.database.postgresql_server import DatabaseRefused, pooler_mode
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from rxapp.auth.doctor.findings import Verdict
from rxapp.auth.doctor.storage import check_database
from tests.conftest import PASSWORD, empty

POOLED = DatabaseLimits(has_pooler=True)

pytestmark = pytest.mark.skipif(find_pgbouncer() is None, reason="PgBouncer cannot be installed here")


@contextmanager
def opened(url: str, **options) -> Iterator[Database]:
    database = Database(url, **options)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def pooled_url(postgresql_url) -> Iterator[str]:
    pooler = PgBouncer(postgresql_url)
    pooler.start()
    yield pooler.url
    pooler.stop()
    pooler.remove()


@pytest.fixture
def start_pooler(postgresql_url) -> Iterator[Callable[..., str]]:
    started: list[PgBouncer] = []

    def start(**options) -> str:
        started.append(PgBouncer(postgresql_url, **options))
        started[-1].start()
        return started[-1].url

    yield start
    for pooler in started:
        pooler.stop()
        pooler.remove()


@pytest.fixture
def database(postgresql_url, pooled_url) -> Iterator[Database]:
    """Emptied, as all are; seen through the pooler."""
    with opened(postgresql_url) as direct:
        empty(direct)
    with opened(pooled_url, limits=POOLED) as database:
        yield database


def test_without_the_setting_it_is_refused_in_a_sentence_that_names_it(pooled_url):
    with opened(pooled_url) as database, pytest.raises(DatabaseRefused, match="Set RXAPP_DATABASE_POOLER=transaction"):
        database.connect().__enter__()


def test_many_people_at_once_get_their_own_rows(settings, database, clock):
    service = AuthService(settings, database, clock)
    names = [f"person{number}" for number in range(8)]
    for name in names:
        service.create_user(name, PASSWORD, roles=[name])
    wrong: list[object] = []

    def live(name: str) -> None:
        try:
            for _ in range(5):
                pair = service.log_in(name, PASSWORD)
                for _ in range(5):
                    pair = service.refresh(pair.access_token, pair.refresh_token)
                    identity = service.verify_access(pair.access_token)
                    assert (identity.user_name, identity.roles) == (name, {name})
                    assert service.accounts.profile_of(identity).user_name == name
                service.end_session_of(pair.access_token)
        except BaseException as error:  # noqa: BLE001  shown below
            wrong.append(error)

    threads = [threading.Thread(target=live, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_transaction_has_its_limits_and_its_isolation_and_leaves_nothing_behind(database):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_isolation")
    query = text("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    with database.transaction() as connection:
        inside = tuple(connection.execute(query).one())
    assert inside == ("10s", "3s", "10s", "read committed")
    with database.connect() as connection:
        assert connection.execute(query).one()[0] == "0"


def test_a_statement_in_a_transaction_that_takes_too_long_is_ended(pooled_url):
    impatient = DatabaseLimits(has_pooler=True, statement_timeout=timedelta(milliseconds=100))
    with (
        opened(pooled_url, limits=impatient) as database,
        pytest.raises(DatabaseUnavailable),
        database.transaction() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(5)"))


def test_one_that_ignores_our_options_is_noticed_and_no_statement_is_prepared(start_pooler, caplog):
    """Else another statement could answer: in the field 43 % of the answers were errors, and some were other rows."""
    with opened(start_pooler(ignores_options=True)) as database:
        for number in range(20):
            with database.connect() as connection:
                assert connection.execute(text("SELECT :number + 0"), {"number": number}).scalar_one() == number
                assert connection.connection.dbapi_connection.prepare_threshold is None
    assert "Set RXAPP_DATABASE_POOLER=transaction" in caplog.text


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_its_mode_is_found_out(start_pooler, mode):
    with opened(start_pooler(mode=mode), limits=POOLED) as pooled, pooled.connect() as first, pooled.connect() as second:
        assert pooler_mode(first, second) == mode


def test_doctor_says_whether_there_is_one_and_whether_the_settings_know(
    settings, database, pooled_url, postgresql_url, start_pooler, clock
):
    def found(url: str, pooler: str) -> tuple[Verdict, str]:
        chosen = settings.model_copy(update={"database_url": url, "database_pooler": pooler})
        findings = {finding.check: finding for finding in check_database(chosen, clock)}
        finding = findings.get("pooler", findings["database"])
        return finding.verdict, f"{finding.says} {finding.mend}"

    assert found(postgresql_url, "")[0] == Verdict.OK
    assert found(pooled_url, "transaction")[0] == Verdict.OK
    for url in (pooled_url, start_pooler(ignores_options=True)):
        verdict, words = found(url, "")
        assert verdict == Verdict.PROBLEM
        assert "RXAPP_DATABASE_POOLER=transaction" in words


def test_the_pooler_itself_may_go_away_and_come_back(settings, postgresql_url, clock):
    pooler = PgBouncer(postgresql_url)
    pooler.start()
    with opened(postgresql_url) as direct:
        empty(direct)
    with opened(pooler.url, limits=POOLED) as database:
        service = AuthService(settings, database, clock)
        service.create_user("anna", PASSWORD)
        pair = service.log_in("anna", PASSWORD)
        pooler.stop()
        with pytest.raises(DatabaseUnavailable):
            service.refresh(pair.access_token, pair.refresh_token)
        pooler.start()
        assert service.refresh(pair.access_token, pair.refresh_token)
    pooler.stop()
    pooler.remove()
