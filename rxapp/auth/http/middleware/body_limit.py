"""Limits on the size of request bodies, answered with a problem document like every other refusal."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.http.middleware.problems import problem

MAXIMUM_BODY_BYTES = 16 * 1024

MAXIMUM_DISCARDED_BYTES = 4 * 1024 * 1024
DISCARDING_SECONDS = 2
"""Of a body that is refused for its length, and for how long altogether: a sender that dawdles holds up nothing."""

_LENGTH_DIGITS = 18
"""Of a length in bytes that fits into 64 bits."""


class LimitedBodyRoute(APIRoute):
    """A route that reads at most `MAXIMUM_BODY_BYTES`, whatever length the client announces or keeps to itself."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The route's handler, with its request's stream under the limit."""
        handle = super().get_route_handler()

        async def handle_limited(request: Request) -> Any:
            return await handle(Request(request.scope, limited(request.receive, MAXIMUM_BODY_BYTES)))

        return handle_limited


class BodyLimit:
    """ASGI middleware: nothing behind it, be it ours or not, reads more than `maximum` bytes of one request."""

    def __init__(self, app: ASGIApp, maximum: int) -> None:
        self._app = app
        self._maximum = maximum

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what announces too much, and the rest as soon as it has sent too much."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (announced_length(scope) or 0) > self._maximum:
            await _discard(receive)
            refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", _too_large(self._maximum))
            await refusal(scope, receive, send)
        else:
            await self._app(scope, limited(receive, self._maximum), send)


async def _discard(receive: Receive) -> None:
    """Let the body come, if it comes to an end: who is answered while still sending may never read it (RFC 9112 §9.6)."""
    discarded, is_more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARDING_SECONDS):
            while is_more and discarded < MAXIMUM_DISCARDED_BYTES:
                message = await receive()
                discarded += len(message.get("body", b""))
                is_more = message.get("more_body", False)


def limited(receive: Receive, maximum: int) -> Receive:
    """`receive`, which raises 413 once more than `maximum` bytes have come."""
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
    """What `Content-Length` says; None for nothing or nonsense, which the server in front refuses by itself."""
    announced = dict(scope["headers"]).get(b"content-length", b"")
    # Python makes no number of thousands of digits; any body of so many is too long.
    if not announced.isdigit():
        return None
    return int(announced) if len(announced) <= _LENGTH_DIGITS else 10**_LENGTH_DIGITS
