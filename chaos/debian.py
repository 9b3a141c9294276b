"""Programs that the tests need and PyPI does not have for every Python. As root on Debian they are installed when needed."""

import os
import shutil
import subprocess

SYSTEM_DIRECTORIES = "/usr/sbin:/usr/local/sbin"
"""Where servers are, which is not on everybody's path."""


def find_or_install(program: str, package: str) -> str | None:
    """The path of the program; None where it is not there and cannot be installed."""
    if _find(program) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False)
    return _find(program)


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}{os.pathsep}{SYSTEM_DIRECTORIES}")
