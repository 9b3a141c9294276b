"""Startup: before the first request, development migrates the database, and production refuses an old one.

A server of PostgreSQL or Redis that we cannot use is refused too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rxapp.auth.core.redis_server import require_single_redis
from rxapp.auth.http.operations.readiness import add_readiness_check
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.migrations import AUTH_HISTORY


def prepared_database(*, migrates: bool) -> Any:
    """A lifespan task for our own tables. If `migrates` is False, development too only checks that they are migrated."""
    add_readiness_check("migrations", lambda: AUTH_HISTORY.require_usable(get_service().database))

    @asynccontextmanager
    async def prepared() -> AsyncIterator[None]:
        service = get_service()
        if service.settings.redis_url:
            require_single_redis(service.settings.redis_url)
        if migrates and not service.settings.in_production:
            AUTH_HISTORY.migrate(service.database)
        else:
            AUTH_HISTORY.require_migrated(service.database)
        yield
        service.database.dispose()

    return prepared
