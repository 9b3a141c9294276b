"""Runs all checks, one after the other. A check that cannot run is a finding too."""

from collections.abc import Iterator, Mapping

from rxapp.auth import Settings, UnsafeSettings
from rxapp.auth.core.clock import Clock, system_clock
from rxapp.auth.doctor.app import check_app
from rxapp.auth.doctor.configuration import check_configuration
from rxapp.auth.doctor.files import check_files
from rxapp.auth.doctor.findings import Finding, problem
from rxapp.auth.doctor.redis import check_redis
from rxapp.auth.doctor.storage import check_database
from rxapp.auth.doctor.workers import check_workers


def examine(
    settings: Settings, environ: Mapping[str, str], *, clock: Clock = system_clock, refused: UnsafeSettings | None = None
) -> Iterator[Finding]:
    """All findings. `refused` is the error if production does not start with these settings."""
    for reason in refused.problems if refused else ():
        yield problem("configuration", "production does not start with this", reason)
    yield from check_configuration(settings)
    yield from check_workers(settings, environ)
    yield from check_files(settings)
    yield from check_database(settings, clock)
    yield from check_redis(settings, clock)
    if refused:
        yield problem("handlers", "not checked: the app does not start", "Fix the configuration first.")
    else:
        yield from check_app()
