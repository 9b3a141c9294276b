"""The file of a SQLite database: where it is, and that it is private from the moment it is made."""

import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL

from rxapp.auth.core.database.private_files import create_private

COMPANIONS = ("-wal", "-shm", "-journal")
"""SQLite writes these beside the file, with the file's own mode. The first holds data that is not in the file yet."""

_one_at_a_time = threading.Lock()
"""Closing a file drops SQLite's locks on it in the whole process: nobody may open it before its creator has closed it."""


def sqlite_file(url: URL) -> Path | None:
    """Where the database is, or None if it is in memory or no SQLite."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or url.query.get("mode") == "memory":
        return None
    if name.startswith("file:") and "uri" in url.query:
        name = unquote(urlsplit(name).path)
    return Path(name) if name and name != ":memory:" else None


def create_sqlite_file(url: URL) -> None:
    """Make the file with mode 0600 if it is missing; SQLite would make it as the umask says, mostly readable by everybody.

    An existing file keeps its mode. Where it cannot be made, SQLite says so better than we could.
    """
    file = sqlite_file(url)
    if file is None or url.query.get("mode", "rwc") != "rwc":
        return
    with _one_at_a_time, suppress(OSError):
        create_private(file.resolve())  # a link to where nothing is yet is followed, as SQLite does
