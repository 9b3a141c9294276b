"""The database before the first request: brought up to date in development, in production refused if it is old."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rxapp.auth.http.operations.readiness import add_readiness_check
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.migrations import AUTH_HISTORY


def prepared_database(*, migrates: bool) -> Any:
    """A lifespan task, for our own tables. Unless it `migrates`, development too only looks whether they are there."""
    add_readiness_check("migrations", lambda: AUTH_HISTORY.require_usable(get_service().database))

    @asynccontextmanager
    async def prepared() -> AsyncIterator[None]:
        service = get_service()
        if migrates and not service.settings.in_production:
            AUTH_HISTORY.migrate(service.database)
        else:
            AUTH_HISTORY.require_migrated(service.database)
        yield
        service.database.dispose()

    return prepared
