"""Finds what an app does that its Content-Security-Policy forbids, for `python -m rxapp doctor`."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from rxapp.auth.http.middleware.security_headers import SecurityHeaders
from rxapp.auth.web.reflex_internals.app import directory_of_built_pages
from rxapp.auth.web.reflex_internals.registered_handlers import callable_handlers
from rxapp.auth.web.site.handler_faults import names_in
from rxapp.auth.web.site.registry import site

CALL_SCRIPT = "call_script"

_DIRECTIVES = {
    ("img", "src"): "img-src",
    ("script", "src"): "script-src",
    ("link", "href"): "style-src",
    ("iframe", "src"): "frame-src",
    ("video", "src"): "media-src",
    ("audio", "src"): "media-src",
    ("source", "src"): "media-src",
}
"""The directive that an element's address falls under. Of links only stylesheets count."""


class PolicyFault(NamedTuple):
    """What is forbidden, by which directive, and where."""

    directive: str
    source: str
    place: str


def policy_faults() -> set[PolicyFault]:
    """All faults of the handlers and of the pages, if these are built. An app without our headers has none."""
    headers = site.security_headers
    if headers is None:
        return set()
    of_handlers = set() if headers.allow_eval else {PolicyFault("script-src", "eval", name) for name in _handlers_with_scripts()}
    return of_handlers | set(_of_pages(headers, directory_of_built_pages()))


def _handlers_with_scripts() -> Iterator[str]:
    for handler in callable_handlers():
        if CALL_SCRIPT in names_in(handler.function):
            yield handler.name


def _of_pages(headers: SecurityHeaders, directory: Path) -> Iterator[PolicyFault]:
    allowed = headers.sources_for_pages()
    for file in sorted(directory.rglob("*.html")):
        reader = _Addresses()
        reader.feed(file.read_text(encoding="utf-8"))
        for directive, address in reader.found:
            parts = urlsplit(address)
            source = f"{parts.scheme or 'https'}://{parts.netloc}"
            known = {*allowed.get(directive, allowed["default-src"])}
            if parts.netloc and not known & {source, f"{parts.scheme}:", parts.netloc, "*"}:
                yield PolicyFault(directive, source, f"/{file.relative_to(directory).with_suffix('').as_posix()}")


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for (element, attribute), directive in _DIRECTIVES.items():
            address = given.get(attribute)
            if tag == element and address and (tag != "link" or "stylesheet" in (given.get("rel") or "")):
                self.found.append((directive, address))
