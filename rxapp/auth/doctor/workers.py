"""Checks the number of worker processes, and whether they have what they must share."""

from collections.abc import Iterator, Mapping

from rxapp.auth import Settings
from rxapp.auth.core.settings.production_checks import unsafe_workers
from rxapp.auth.core.settings.worker_count import requested_workers
from rxapp.auth.doctor.findings import Finding, ok, problem, warning

WORKERS = "WEB_CONCURRENCY"
"""The variable of uvicorn, and of many hosting services. Without one, several workers start if there is Redis, else one."""


def check_workers(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Several workers need Redis. It has the state of the pages, for any worker with the socket, and the rate limits' counts."""
    if unsafe := list(unsafe_workers(settings, environ, ())):
        for why in unsafe:
            yield problem("workers", "they cannot serve the app together", why)
        return
    asked = [one.number for one in requested_workers(environ, ()) if one.number is not None]
    are_several = max(asked) > 1 if asked else settings.redis_url is not None
    if not are_several:
        yield ok("workers", "one")
    elif settings.database_url.startswith("sqlite"):
        yield warning(
            "workers",
            "several on SQLite: they take turns at writing",
            f"Set DATABASE_URL to PostgreSQL, or {WORKERS}=1.",
        )
    else:
        yield ok("workers", "several, with Redis")
