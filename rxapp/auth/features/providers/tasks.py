"""While the app runs: what is missing is said at its start, and the connections to providers are closed at its end."""

import contextlib
from collections.abc import AsyncIterator

from rxapp.auth.features.providers.client.code_flow import close_clients
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.http.runtime.service import get_service


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Raises `Misconfigured` or `ExtraNotInstalled` if somebody could not log in by one of the providers."""
    service = get_service()
    providers_of(service).require_complete()
    try:
        yield
    finally:
        await close_clients(service)
