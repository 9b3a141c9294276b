"""The server's own database, opened beside it and by its clock, for what has no page yet."""

import contextlib
from collections.abc import Iterator

from rxapp.auth import AuthService, AuthSession, Database, Settings
from rxapp.auth.core.tokens.refresh_tokens import PresentedRefreshToken
from tests.e2e.server import SECRET_KEY, Server


@contextlib.contextmanager
def open_service(server: Server) -> Iterator[AuthService]:
    database = Database(server.database_url)
    settings = Settings(secret_key=SECRET_KEY, database_url=server.database_url, **server.argon2)
    yield AuthService(settings, database, server.now)
    database.dispose()


def generation_of(server: Server, pair: dict[str, str]) -> int:
    """How often the session of this pair has rotated."""
    session_id = PresentedRefreshToken.parse(pair["refreshToken"]).session_id
    with open_service(server) as service, service.database.read() as db:
        return db.get_one(AuthSession, session_id).generation
