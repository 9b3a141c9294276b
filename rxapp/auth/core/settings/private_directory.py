"""The directory for what must reach neither version control nor an export: the development key and the default database.

It ignores itself by its own `.gitignore`, and `reflex export` leaves out directories whose name begins with a dot. Earlier
releases kept both beside the app's code, so that `git add -A` and an export took them along. They are moved from there.
"""

import logging
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

DIRECTORY = Path(".rxapp")
SECRET_KEY = DIRECTORY / "secret_key"
DATABASE = DIRECTORY / "rxapp.db"
DATABASE_URL = f"sqlite:///{DATABASE.as_posix()}"

_LOCK = DIRECTORY / "moving"
_LOCK_PATIENCE_SECONDS = 10
_FORMER = {SECRET_KEY: Path(".secret_key"), DATABASE: Path("rxapp.db")}

logger = logging.getLogger(__name__)


def make_private_directory() -> None:
    """Make the directory, for its owner only. An existing one stays as it is. Raises `OSError`."""
    DIRECTORY.mkdir(mode=0o700, exist_ok=True)
    ignored = DIRECTORY / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n")


def move_secret_key() -> None:
    """Move the development key from its former place, if it is there and no new one has been made. Raises `OSError`."""
    make_private_directory()
    _move(SECRET_KEY)


def default_database_url() -> str:
    """The URL of the default database, after it was moved from its former place. Raises `OSError`.

    It stays where it is, with a warning, while another process has it open: an older release may still be running.
    """
    former = _FORMER[DATABASE]
    make_private_directory()
    if former.exists() and not DATABASE.exists():
        with _one_process_at_a_time():
            if former.exists() and _is_free(former):
                _move(DATABASE)
    if DATABASE.exists() or not former.exists():
        return DATABASE_URL
    logger.warning(
        "%s is in use by another process, and stays where it is. When nothing runs, the next start moves it to %s",
        former,
        DATABASE,
    )
    return f"sqlite:///{former}"


def _move(place: Path) -> None:
    """Move a file from its former place. Another process may be doing the same."""
    former = _FORMER[place]
    if former.exists() and not place.exists():
        with suppress(FileNotFoundError):
            former.replace(place)
            logger.warning("moved %s to %s, which is kept out of version control", former, place)


@contextmanager
def _one_process_at_a_time() -> Generator[None]:
    """Wait while another process moves the database. Without this, whoever asks whether it is free takes the other for a user.

    The lock is SQLite's own, because it is the same on every system and ends with its process. Raises `OSError`.
    """
    with closing(sqlite3.connect(_LOCK, timeout=_LOCK_PATIENCE_SECONDS, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise OSError(f"cannot lock {_LOCK}: {error}") from error
        yield


def _is_free(database: Path) -> bool:
    """Whether no other process has this SQLite database open. What is in its write-ahead log is then in the file itself."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True, timeout=0)) as connection:
            return connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    except sqlite3.OperationalError:
        return False
