"""Puts the stylesheet into the built pages, so that a browser draws a page after one round trip instead of two."""

import logging
import re
from pathlib import Path

MAXIMUM_BYTES = 60_000
"""A larger stylesheet stays a separate file, because browsers cache it and load pages more often. A usual stylesheet, with
only the classes that an app uses, has half of that."""

_STYLESHEET = re.compile(r'<link href="([^"]*/__reflex_global_styles[^"]*\.css)" rel="stylesheet" type="text/css"/>')
_PRELOAD = '<link as="style" href="{}" rel="preload"/>'

logger = logging.getLogger(__name__)


def inline_styles(directory: Path) -> None:
    """Change every HTML file below a directory of built pages. If a page is not as expected or the stylesheet too large, stop."""
    for page in directory.rglob("*.html"):
        document = page.read_text(encoding="utf-8")
        link = _STYLESHEET.search(document)
        styles = _read(directory, link[1]) if link else None
        if styles is None:
            logger.warning("the stylesheet stays outside of the pages: %s", page.relative_to(directory))
            return
        page.write_text(with_styles(document, styles), encoding="utf-8")


def with_styles(document: str, styles: str) -> str:
    """The page with the stylesheet's text in it.

    React expects both links in the head, and would render the whole page again without them. So they stay in a form that browsers
    do not fetch: one is `disabled`, the other is for no medium.
    """
    link = _STYLESHEET.search(document)
    if link is None:
        return document
    preload = _PRELOAD.format(link[1])
    disabled = link[0].replace("<link", "<link disabled", 1)
    document = document.replace(preload, preload.replace("<link", '<link media="not all"', 1))
    return document.replace(link[0], f"{disabled}<style>{styles}</style>")


def _read(directory: Path, address: str) -> str | None:
    """The stylesheet's text, if it can be put into a page: the file exists, is not too large, and contains no `</style`."""
    file = directory / "assets" / address.rpartition("/")[2]
    styles = file.read_text(encoding="utf-8") if file.is_file() and file.stat().st_size <= MAXIMUM_BYTES else None
    return None if styles is None or "</style" in styles.lower() else styles
