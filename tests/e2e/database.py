"""The server's own database, opened beside it, for what has no page yet."""

import contextlib
from collections.abc import Iterator

from rxapp.auth import AuthService, Database, Settings
from tests.e2e.server import SECRET_KEY, Server


@contextlib.contextmanager
def open_service(server: Server) -> Iterator[AuthService]:
    database = Database(server.database_url)
    yield AuthService(Settings(secret_key=SECRET_KEY, database_url=server.database_url), database)
    database.dispose()
