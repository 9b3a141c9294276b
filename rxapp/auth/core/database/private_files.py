"""Files that only their owner may read or write: a reader of the database or of a key can act as any user."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600
"""Read and write for the owner, nothing for the group and for others."""

GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""Every permission of the group and of others."""


def create_private(file: Path) -> None:
    """Make an empty `file` with mode 0600. An existing file is neither changed nor opened. Raises `OSError`."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def mode_for_others(file: Path) -> str:
    """The mode in octal, such as "0644", if the group or others have any permission; else an empty string.

    It is empty too for a file that is missing or whose mode cannot be read.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return ""
    return f"{mode:04o}" if mode & GROUP_AND_OTHERS else ""
