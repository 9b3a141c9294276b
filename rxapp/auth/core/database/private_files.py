"""Files that only their owner may read or write: who reads the database or a key may be anybody."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
"""Read and write for the owner, nothing for the group and for others."""

OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""Every permission of the group and of others."""


def create_private(file: Path) -> None:
    """Make `file`, empty, with mode 0600. An existing file stays as it is and is not opened. Raises `OSError`."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def mode_for_others(file: Path) -> str:
    """The mode in octal, such as "0644", if the group or others may do anything with the file; else an empty string.

    A file that is not there, or cannot be looked at, is open to nobody.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return ""
    return f"{mode:04o}" if mode & OF_OTHERS else ""
