"""Servers and roles that are set up in another way than the one of the tests."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, make_url, text

from rxapp.auth import AUTH_HISTORY, AuthService, Database
from rxapp.auth.core.database.postgresql_server import DatabaseRefused
from rxapp.auth.core.settings.database_limits import DatabaseLimits
from tests.conftest import PASSWORD


@pytest.fixture
def operator(postgresql_url) -> Iterator[Callable[[str], None]]:
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(statement))

    yield run
    engine.dispose()


@pytest.fixture
def latin1_url(operator, postgresql_url) -> Iterator[str]:
    name = f"latin1_{secrets.token_hex(4)}"
    operator(f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    operator(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def role_url(operator, postgresql_url) -> Iterator[Callable[..., str]]:
    """The address of the database for a role with these settings."""
    name = f"role_{secrets.token_hex(4)}"
    operator(f"CREATE ROLE {name} LOGIN SUPERUSER")

    def with_settings(**settings: str) -> str:
        for setting, value in settings.items():
            operator(f"ALTER ROLE {name} SET {setting} = '{value}'")
        return make_url(postgresql_url).set(username=name).render_as_string(hide_password=False)

    yield with_settings
    operator(f"DROP ROLE {name}")


@pytest.mark.parametrize("act", [AUTH_HISTORY.migrate, AUTH_HISTORY.require_migrated])
def test_a_database_that_cannot_store_every_name_is_refused_before_anything_is_made(latin1_url, act):
    database = Database(latin1_url)
    with pytest.raises(DatabaseRefused, match=r"encoding LATIN1.*ENCODING 'UTF8'"):
        act(database)
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'auth%'")).scalar_one() == 0
    database.dispose()


@pytest.mark.parametrize(
    "role",
    [
        {"datestyle": "German"},
        {"datestyle": "SQL, DMY"},
        {"timezone": "America/St_Johns"},
        {"client_encoding": "LATIN1"},
        {"default_transaction_isolation": "serializable"},
        {"bytea_output": "escape", "standard_conforming_strings": "off"},
    ],
    ids=lambda role: " ".join(role.values()),
)
def test_a_role_may_have_other_settings(settings, role_url, role):
    database = Database(role_url(**role))
    service = AuthService(settings, database)
    name = f"李小龍 {secrets.token_hex(4)}"
    user = service.create_user(name, PASSWORD)
    pair = service.log_in(name, PASSWORD)
    identity = service.verify_access(service.refresh(pair.access_token, pair.refresh_token).access_token)
    assert identity.user_name == name
    assert abs(service.administration.get_user(user.id).created_at - datetime.now(UTC)).total_seconds() < 60
    database.dispose()


@pytest.mark.parametrize(
    "role", [{"datestyle": "German"}, {"default_transaction_isolation": "serializable"}], ids=lambda role: " ".join(role.values())
)
def test_behind_a_pooler_where_we_cannot_set_them_they_are_refused_with_what_mends_them(role_url, role):
    database = Database(role_url(**role), limits=DatabaseLimits(has_pooler=True))
    with pytest.raises(DatabaseRefused, match=r"ALTER ROLE … SET"):
        AUTH_HISTORY.require_migrated(database)
    database.dispose()
