"""How the built pages reach a browser: at the very address that was asked for, and what may be kept of them, and for how long."""

import re
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.web.reflex_internals.app import directory_of_built_pages, get_config, serves_built_pages

KEPT_FOR = timedelta(days=365)
"""As long as RFC 2616 §14.21 let an answer live; later standards name no limit, and caches still know this one."""

FOR_EVER = f"public, max-age={int(KEPT_FOR.total_seconds())}, immutable"
"""For what has another name as soon as it says anything else (`immutable`: RFC 8246)."""

ASK_ANEW = "no-cache"
"""For pages, which name the assets: kept, but never shown without asking (RFC 9111 §5.2.2.4), which a 304 answers."""

_HASHED = re.compile(r"/assets/[^/]+-[\w-]{8}\.\w+$")
"""Vite's names for what it builds."""

_GOOD = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)


class BuiltPages:
    """ASGI middleware around the server of the built pages, where there is one.

    A page lies in a folder of its own, and whoever asks for it without the slash at the end would be sent there by a redirect: a
    whole round trip before the first byte. A header that a route itself sets is left as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._root = served_pages()
        self._pages = _pages_below(self._root) if self._root else frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        if scope["type"] != "http" or self._root is None:
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def send_with_caching(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if caching := _caching(path, message["status"], headers.get("Content-Type", "")):
                    headers.setdefault("Cache-Control", caching)
            await send(message)

        found = {**scope, "path": f"{path}/"} if path in self._pages else scope
        await self._app(found, receive, send_with_caching)


def served_pages() -> Path | None:
    """Where the built pages lie, if this process serves them."""
    return directory_of_built_pages() if serves_built_pages() else None


def _pages_below(root: Path) -> frozenset[str]:
    """Their addresses, without a slash at the end. The first page of all has no other."""
    prefix = PurePosixPath("/", get_config().frontend_path.strip("/"))
    folders = (file.parent.relative_to(root) for file in root.rglob("index.html"))
    return frozenset(str(prefix / folder.as_posix()) for folder in folders) - {"/"}


def _caching(path: str, status: int, content_type: str) -> str | None:
    if status in _GOOD and _HASHED.search(path):
        return FOR_EVER
    if content_type.startswith("text/html") or status == HTTPStatus.NOT_MODIFIED:  # which does not say what it is about
        return ASK_ANEW
    return None
