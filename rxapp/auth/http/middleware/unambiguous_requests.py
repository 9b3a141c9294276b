"""A request that can be read in two ways is refused, in front of everything that reads one: pages, API and WebSocket handshakes.

Of a header that is there twice, a proxy may read the first and we the last: then what the one has checked is not what the other
acts on. RFC 9112 §3.2 asks for a 400 where `Host` is missing or there twice; granian hands both on.
"""

import re
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.problems import problem

SINGLE = frozenset(
    {b"host", b"authorization", b"dpop", b"origin", b"content-type", b"content-length", b"content-encoding", b"user-agent"}
)
"""Headers that are no lists (RFC 9110 §5.3), and that somebody decides by."""

_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+;=%:\[\]-]+")
"""What may stand in a host with its port (RFC 3986 §3.2.2). A comma may too, but would be a list to others."""

HTTP_1_0 = ("1", "1.0")
"""As granian and as others name it. It has no `Host` (RFC 1945): some probes still speak it."""

_BY_HTTP = "websocket.http.response"
"""The extension of ASGI by which a handshake is answered with more than a bare 403."""


class UnambiguousRequests:
    """ASGI middleware around the API, and with it around the pages and the socket: the app mounts those within."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what can be read in one way only."""
        fault = _fault(scope) if scope["type"] in ("http", "websocket") else ""
        if fault:
            await _refuse(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _fault(scope: Scope) -> str:
    seen: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in SINGLE:
            if name in seen:
                return f"There is more than one {name.decode().title()} header."
            seen[name] = value
    host = seen.get(b"host", b"")
    if not host and scope.get("http_version") in HTTP_1_0:
        return ""
    if not _HOST.fullmatch(host):
        return "The Host header is not a host." if host else "There is no Host header."
    return ""


async def _refuse(fault: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and _BY_HTTP not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})  # before it was accepted: the server answers 403
        return
    # Starlette's own answer to a handshake goes by that extension.
    await problem(HTTPStatus.BAD_REQUEST, "invalid_request", fault)(scope, receive, send)
