"""Finds a Chrome or Chromium for the tests, and fetches one where there is none: `python -m tests.e2e.browser`."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"
"""The same browser without windows. The tests take two thirds of the time in it, so it is fetched where that is easy."""

NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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


def prepare_browser() -> None:
    """Have a browser: Debian's shell where that can be installed, else the one that is there, else Playwright's download."""
    if "CHROME" not in os.environ and shutil.which(SHELL) is None and _may_install_packages():
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", SHELL], check=False)
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _may_install_packages() -> bool:
    return platform.system() == "Linux" and platform.freedesktop_os_release().get("ID") == "debian" and os.geteuid() == 0


if __name__ == "__main__":
    prepare_browser()
