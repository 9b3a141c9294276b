"""`docs/scaling.md` says how to divide the table of sessions within one PostgreSQL: all goes on as before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from rxapp.auth import Database, SessionRevoked
from rxapp.auth.core.sessions import rotation_statements
from rxapp.auth.core.sessions import statements as sessions
from tests.conftest import PASSWORD, ROOT, upgrade
from tests.query_plans import plans_of

DIVIDE = re.search(r"```sql\n(.*?)```", (ROOT / "docs" / "scaling.md").read_text(), re.DOTALL)[1]
PARTS = 8


@pytest.fixture
def database(new_postgresql_url):
    upgrade(new_postgresql_url)
    database = Database(new_postgresql_url)
    yield database
    database.dispose()


@pytest.fixture
def divided(service, pair):
    """After the first login, a few more of somebody else."""
    service.create_user("alice", PASSWORD)
    for _ in range(20):
        service.log_in("alice", PASSWORD)
    with service.database.connect() as db:
        db.connection.driver_connection.execute(DIVIDE)
    return service


def count(service, table):
    with service.database.connect() as db:
        return db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_all_goes_on_as_before_and_a_session_is_looked_for_in_one_part_alone(divided, pair, clock):
    assert count(divided, "auth_session") == 21, "none is lost"
    assert sum(count(divided, f"auth_session_part_{part}") > 0 for part in range(PARTS)) > PARTS / 2, "they lie in all parts"

    assert divided.refresh(pair.access_token, pair.refresh_token)
    session_id = divided.access_tokens.identify(pair.access_token).session_id
    options = {"idle_since": clock() - timedelta(days=1), "device_key": None}
    plan = plans_of(
        divided.database, lambda db: rotation_statements.rotate(db, session_id, 1, clock(), **options), as_if_large=True
    )
    assert len(set(re.findall(r"auth_session_part_\d", " ".join(plan)))) == 1

    ended = divided.log_in("alice", PASSWORD)
    divided.administration.disable(divided.administration.find_user("alice").id)
    with pytest.raises(SessionRevoked):
        divided.verify_access(ended.access_token)
    assert set(divided.administration.count_sessions([divided.administration.find_user("alice").id]).values()) <= {0}, "all parts"

    clock.move(days=60)
    with divided.database.transaction() as db:
        assert sessions.delete_ended(db, clock(), 100) == 22, "from all parts"
