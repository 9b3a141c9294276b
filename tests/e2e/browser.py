"""Finds a Chrome or Chromium for the tests, and fetches one where there is none: `python -m tests.e2e.browser`."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, where Chromium's sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",  # that of the production server is self-signed
]


def find_browser() -> str | None:
    """The path of an installed browser; None where Playwright's own must do."""
    if chosen := os.environ.get("CHROME"):
        return chosen
    found = [path for name in NAMES if (path := shutil.which(name))] + [str(path) for path in MAC_APPLICATIONS if path.exists()]
    return found[0] if found else None


def fetch_browser() -> None:
    """Install a browser: Debian's where that is possible, else Playwright's download."""
    if _is_debian() and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _is_debian() -> bool:
    return platform.system() == "Linux" and platform.freedesktop_os_release().get("ID") == "debian"


if __name__ == "__main__" and find_browser() is None:
    fetch_browser()
