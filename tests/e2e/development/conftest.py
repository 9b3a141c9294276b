"""The app as a developer runs it: one server for all tests of the pages for developers."""

from collections.abc import Iterator

import pytest

from tests.e2e.development.development_server import DevelopmentServer


@pytest.fixture(scope="session")
def developers(tmp_path_factory) -> Iterator[DevelopmentServer]:
    server = DevelopmentServer(tmp_path_factory.mktemp("development"))
    server.start()
    yield server
    server.stop()
