"""The app as a developer runs it: one server for all tests of the pages for developers."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from tests.e2e.development.development_server import DevelopmentServer


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def developers(request, tmp_path_factory) -> Iterator[DevelopmentServer]:
    server = DevelopmentServer(tmp_path_factory.mktemp("development"))
    if request.param == "postgresql":
        server.other_database = own_database(request.getfixturevalue("postgresql_url"), "developers")
    server.start()
    yield server
    server.stop()


def own_database(url: str, name: str) -> str:
    """Another one on the same PostgreSQL: that of `url` is emptied between other tests."""
    at = make_url(url)
    with psycopg.connect(at.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as db:
        db.execute(f'CREATE DATABASE "{name}"')
    return at.set(database=name).render_as_string(hide_password=False)
