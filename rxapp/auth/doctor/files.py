"""Checks the modes of secret files: databases, keys and passwords. It does not open them."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from rxapp.auth import Settings
from rxapp.auth.core.database.private_files import mode_for_others
from rxapp.auth.core.database.sqlite_file import COMPANIONS, sqlite_file
from rxapp.auth.core.settings.private_directory import SECRET_KEY
from rxapp.auth.doctor.findings import Finding, ok, problem, warning

SECRET_FILES = (SECRET_KEY, Path(".env"), Path("redis.conf"), Path("/etc/rxapp/environment"))
"""The places where our documents put secrets. The systemd unit reads the last one."""


def check_files(settings: Settings) -> Iterator[Finding]:
    """Report each file that the group or others may read or change: a problem in production, else a warning."""
    report = problem if settings.in_production else warning
    modes = {file: mode_for_others(file) for file in (*_database_files(settings), *SECRET_FILES)}
    if not any(modes.values()):
        yield ok("files", "databases, keys and settings are their owner's alone")
    for file, mode in modes.items():
        if mode:
            says = f"{file} has mode {mode}: others on this machine may read or change it"
            yield report("files", says, f"Run: chmod 600 {file}")


def _database_files(settings: Settings) -> Iterator[Path]:
    try:
        file = sqlite_file(make_url(settings.database_url))
    except (ArgumentError, ValueError):
        return  # the check of the database reports it
    if file is not None:
        yield file
        yield from (file.with_name(f"{file.name}{ending}") for ending in COMPANIONS)
