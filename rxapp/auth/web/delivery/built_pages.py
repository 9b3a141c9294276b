"""How the built pages are served: each at one address, without a redirect there, and with caching headers."""

import re
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.web.reflex_internals.app import directory_of_built_pages, get_config, serves_built_pages

ASSETS = "assets"
"""The folder of an app's own files."""

KEPT_FOR = timedelta(days=365)
"""The longest lifetime of a response in RFC 2616 §14.21. Later standards name no limit, but caches still use this one."""

FOR_EVER = f"public, max-age={int(KEPT_FOR.total_seconds())}, immutable"
"""For files whose name changes with their content (`immutable`: RFC 8246)."""

ASK_ANEW = "no-cache"
"""For pages, which name the assets: cached, but shown only after the server has confirmed it with a 304 (RFC 9111 §5.2.2.4)."""

_HASHED = re.compile(r"/assets/[^/]+-[\w-]{8}\.\w+$")
"""The names of the files that Vite builds."""

_SLASHES = re.compile("//+")
_FILE = re.compile(r"(/index)?\.html$", re.IGNORECASE)
"""The files in which the pages are built."""

_GOOD = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)


class BuiltPages:
    """ASGI middleware around the server of the built pages, if this process serves them.

    Each page has a folder of its own. Without this middleware, a request without the slash at the end gets a redirect: a whole
    round trip before the first byte. If a route sets the header itself, it stays unchanged.

    Other spellings of an address (`/Account`, `//account`, `/account.html`) lead to the page's own. There the browser would find
    the page and the router would not, or the other way round, and it would stay empty.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._root = served_pages()
        self._pages = pages_below(self._root) if self._root else {}
        self._by_spelling = {page.casefold(): page for page in self._pages if not _is_asset(page)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the app, and add the caching header to its answer."""
        if scope["type"] != "http" or self._root is None:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if (own := self._own_address(path)) and scope["method"] in ("GET", "HEAD"):
            query = scope.get("query_string", b"").decode("latin-1")
            await RedirectResponse(f"{own}?{query}" if query else own, HTTPStatus.PERMANENT_REDIRECT)(scope, receive, send)
            return

        async def send_with_caching(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if caching := _caching(path, message["status"], headers.get("Content-Type", "")):
                    headers.setdefault("Cache-Control", caching)
            await send(message)

        found = {**scope, "path": f"{path}/"} if path in self._pages else scope
        await self._app(found, receive, send_with_caching)

    def _own_address(self, path: str) -> str | None:
        """The address of the page that this path spells in another way, or None."""
        if path in self._pages:
            return None
        spelled = _SLASHES.sub("/", _FILE.sub("", path)).rstrip("/")
        own = self._by_spelling.get(spelled.casefold())
        return None if own is None or path in (own, f"{own}/") else own or "/"


def served_pages() -> Path | None:
    """The folder of the built pages, if this process serves them."""
    return directory_of_built_pages() if serves_built_pages() else None


def pages_below(root: Path) -> dict[str, Path]:
    """Their files by their paths, without a slash at the end. That of the first page is the prefix of all, or empty."""
    prefix = PurePosixPath("/", get_config().frontend_path.strip("/"))
    return {str(prefix / file.parent.relative_to(root).as_posix()).rstrip("/"): file for file in root.rglob("index.html")}


def _is_asset(page: str) -> bool:
    """Whether the app has such a file of its own, or a folder of files with links between them."""
    path = page.strip("/")
    return any((Path(ASSETS) / f"{path}{end}").is_file() for end in ("/index.html", ".html"))


def _caching(path: str, status: int, content_type: str) -> str | None:
    if status in _GOOD and _HASHED.search(path):
        return FOR_EVER
    if content_type.startswith("text/html") or status == HTTPStatus.NOT_MODIFIED:  # a 304 has no content type
        return ASK_ANEW
    return None
