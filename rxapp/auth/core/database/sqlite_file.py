"""The file of a SQLite database: its path, and its creation with a private mode."""

import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL

from rxapp.auth.core.database.private_files import create_private
from rxapp.auth.core.settings.private_directory import DIRECTORY, make_private_directory

COMPANIONS = ("-wal", "-shm", "-journal")
"""Files that SQLite writes beside the database, with the same mode. The first holds data that is not yet in the database."""

_creation_lock = threading.Lock()
"""Closing a file drops SQLite's locks on it in the whole process, so no thread may open it before the creator has closed it."""


def sqlite_file(url: URL) -> Path | None:
    """The path of the database, or None if it is in memory or not SQLite."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or url.query.get("mode") == "memory":
        return None
    if name.startswith("file:") and "uri" in url.query:
        name = unquote(urlsplit(name).path)
    return Path(name) if name and name != ":memory:" else None


def write_ahead_log(url: URL) -> Path | None:
    """The path of the write-ahead log, or None if the database is in memory. SQLite holds no locks on it."""
    file = sqlite_file(url)
    return file and file.with_name(f"{file.name}{COMPANIONS[0]}")


def create_sqlite_file(url: URL) -> None:
    """Make a missing file with mode 0600. SQLite would use the umask, and then mostly everybody can read the file.

    An existing file keeps its mode. If the file cannot be made, SQLite's own error message is the better one.
    """
    file = sqlite_file(url)
    if file is None or url.query.get("mode", "rwc") != "rwc":
        return
    with _creation_lock, suppress(OSError):
        if file.parent == DIRECTORY:
            make_private_directory()
        create_private(file.resolve())  # follow a dangling symbolic link, as SQLite does
