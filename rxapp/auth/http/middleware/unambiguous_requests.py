"""Refuses ambiguous requests, before any other code reads them: for pages, API and WebSocket handshakes.

If a header is repeated, a proxy may read the first value and we the last: the proxy has then checked another value than the one
we use. RFC 9112 §3.2 asks for 400 if `Host` is missing or repeated. Servers such as uvicorn and granian pass such requests on.
"""

import re
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from rxapp.auth.http.problems.documents import problem

SINGLE = frozenset(
    {b"host", b"authorization", b"dpop", b"origin", b"content-type", b"content-length", b"content-encoding", b"user-agent"}
)
"""Headers that are not lists (RFC 9110 §5.3) and that decisions depend on."""

_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+;=%:\[\]-]+")
"""The characters of a host with its port (RFC 3986 §3.2.2), without the comma, which other servers would read as a list."""

HTTP_1_0 = ("1", "1.0")
"""The names of HTTP/1.0 in granian and in other servers. It has no `Host` (RFC 1945), and some health checks still use it."""

_BY_HTTP = "websocket.http.response"
"""The ASGI extension that allows a full HTTP answer to a handshake, instead of a bare 403."""


def fault_of(scope: Scope) -> str:
    """What is ambiguous in this request or handshake, in a sentence. Empty if nothing is."""
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


async def refuse_ambiguous(fault: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer such a request or handshake."""
    if scope["type"] == "websocket" and _BY_HTTP not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})  # not accepted yet: the server answers 403
        return
    # Starlette's responses use that extension for a handshake.
    await problem(HTTPStatus.BAD_REQUEST, "invalid_request", fault)(scope, receive, send)
