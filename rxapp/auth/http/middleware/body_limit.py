"""Limits for the size of request bodies. The refusal is a problem document, like all others."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.http.problems.documents import problem

MAXIMUM_BODY_BYTES = 16 * 1024

MAXIMUM_DISCARDED_BYTES = 4 * 1024 * 1024
DISCARDING_SECONDS = 2
"""Limits for reading and discarding a body that was refused for its length: a slow sender must not hold a request for long."""

_LENGTH_DIGITS = 18
"""Any length with so many digits fits into 64 bits."""


class BodyLimit:
    """ASGI middleware: no code behind it, ours or not, reads more than `maximum` bytes of one request."""

    def __init__(self, app: ASGIApp, maximum: int) -> None:
        self._app = app
        self._maximum = maximum

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body whose Content-Length is too large at once, and any other body as soon as it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (announced_length(scope) or 0) > self._maximum:
            if not _waits_for_go_ahead(scope):
                await _discard(receive)
            refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", _too_large(self._maximum))
            await refusal(scope, receive, send)
        else:
            await self._app(scope, limited(receive, self._maximum), send)


def _waits_for_go_ahead(scope: Scope) -> bool:
    """Whether the client sends the body only when we begin to read (RFC 9110 §10.1.1). Then it need not send it at all."""
    return dict(scope["headers"]).get(b"expect", b"").lower() == b"100-continue"


async def _discard(receive: Receive) -> None:
    """Read the body and drop it, within limits. A client that is still sending may never read the answer (RFC 9112 §9.6)."""
    discarded, is_more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARDING_SECONDS):
            while is_more and discarded < MAXIMUM_DISCARDED_BYTES:
                message = await receive()
                discarded += len(message.get("body", b""))
                is_more = message.get("more_body", False)


def limited(receive: Receive, maximum: int) -> Receive:
    """`receive` with a limit: it raises 413 after more than `maximum` bytes."""
    read = 0

    async def receive_limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > maximum:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(maximum))
        return message

    return receive_limited


def _too_large(maximum: int) -> str:
    return f"The body is over {maximum} bytes."


def announced_length(scope: Scope) -> int | None:
    """The value of `Content-Length`. None if it is missing or invalid; the server itself refuses an invalid one."""
    announced = dict(scope["headers"]).get(b"content-length", b"")
    # Python refuses to convert thousands of digits, and any body of such a length is too long.
    if not announced.isdigit():
        return None
    return int(announced) if len(announced) <= _LENGTH_DIGITS else 10**_LENGTH_DIGITS
