"""`make pictures`: all pictures of the README and the guide but the charts, which `make bench` draws."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from pictures.app import used_app
from pictures.film import make_film
from pictures.stills import take_stills
from tests.e2e.browser import ARGUMENTS, find_browser

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as directory,
        used_app(Path(directory)) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS) as browser,
    ):
        take_stills(browser, server, IMAGES)
        make_film(browser, server, IMAGES / "film.webp")


if __name__ == "__main__":
    main()
