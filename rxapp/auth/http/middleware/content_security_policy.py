"""The Content Security Policy: what a page of this app may load, run and connect to (W3C CSP, level 3).

The built pages have inline scripts. Each is allowed by its hash, so that an injected script is not allowed.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path

Sources = Mapping[str, Iterable[str]]
"""The allowed sources for each directive, such as `img-src`."""

PAGE: Sources = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    # React writes style attributes, and Reflex's toaster on every page writes a style element. Injected styles cannot send data
    # to an attacker, because images and fonts come from this app only, or are in the page itself.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "frame-src": ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

NO_PAGE: Sources = {name: ["'none'"] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")}
"""For all other answers: if a browser shows one as a page, it can load and run nothing."""


def together(*parts: Sources) -> dict[str, list[str]]:
    """The first part, and the sources that the other parts add. An added source replaces `'none'`."""
    directives: dict[str, list[str]] = {}
    for part in parts:
        for name, sources in part.items():
            kept = [source for source in directives.get(name, ()) if source != "'none'"]
            directives[name] = list(dict.fromkeys([*kept, *sources]))
    return directives


def policy_text(*parts: Sources) -> str:
    """The header's value for these parts `together`."""
    return "; ".join(" ".join([name, *sources]) for name, sources in together(*parts).items())


def hashes_of_page(file: Path) -> list[str]:
    """The sources that allow the inline scripts of one HTML file."""
    return sorted(script_hashes(file.read_text(encoding="utf-8")))


def hashes_of_built_pages(directory: Path) -> list[str]:
    """The sources that allow the inline scripts of every HTML file below a directory."""
    return sorted({source for file in directory.rglob("*.html") for source in hashes_of_page(file)})


def script_hashes(document: str) -> set[str]:
    """The sources that allow exactly the inline scripts of an HTML document."""
    found = _InlineScripts()
    found.feed(document)
    found.close()
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found.texts}


class _InlineScripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" not in dict(attrs):
            self.texts.append("")
            self._is_inside = True

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False
