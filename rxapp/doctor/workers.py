"""How many processes serve the app, and whether what they share is there."""

from collections.abc import Iterator, Mapping

from rxapp.auth import Settings
from rxapp.doctor.findings import Finding, ok, problem, warning

WORKERS = "GRANIAN_WORKERS"
"""Reflex's own variable; without it, several if there is Redis, else one."""


def check_workers(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Several need Redis, for a page's state must be found by whichever worker its socket is on."""
    asked = environ.get(WORKERS, "")
    if asked and not asked.isdigit():
        yield problem(
            "workers", f"{WORKERS} is not a number", f"Set {WORKERS} to how many processes shall serve, or leave it out."
        )
        return
    are_several = int(asked) > 1 if asked else settings.redis_url is not None
    if not are_several:
        yield ok("workers", "one")
    elif settings.redis_url is None:
        yield problem(
            "workers",
            f"{asked} without Redis: each would know only the pages that happen to be on it",
            f"Set REDIS_URL, or {WORKERS}=1.",
        )
    elif settings.database_url.startswith("sqlite"):
        yield warning(
            "workers",
            "several on SQLite: they take turns at writing",
            f"Set DATABASE_URL to PostgreSQL, or {WORKERS}=1.",
        )
    else:
        yield ok("workers", "several, with Redis")
