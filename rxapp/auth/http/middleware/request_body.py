"""Limits for request bodies: their size, and the time in which they come. Refusals are problem documents, like all others."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from rxapp.auth.http.problems.documents import problem

MAXIMUM_BODY_BYTES = 16 * 1024

MAXIMUM_DISCARDED_BYTES = 4 * 1024 * 1024
DISCARDING_SECONDS = 2
"""Limits for reading and discarding a body that was refused for its length: a slow sender must not hold a request for long."""

_LENGTH_DIGITS = 18
"""Any length with so many digits fits into 64 bits."""

BODY_TIMEOUT_SECONDS = 10
"""For a whole short body. A server that stops waits for requests in flight, so no request may take long."""

BODY_MINIMUM_BYTES_PER_SECOND = 16 * 1024
"""A longer body gets one more second for each so many bytes: 1 MiB may take 74 s. That is 0.13 Mbit/s, slower than 3G."""


async def refuse_length(maximum: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose announced length is over `maximum`, in bytes."""
    if not _waits_for_go_ahead(scope):
        await _discard(receive)
    refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large", _too_large(maximum))
    await refusal(scope, receive, send)


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


def with_deadline(receive: Receive, announced: int | None) -> Receive:
    """`receive` with a deadline: it raises 408 if the total wait for the client is too long.

    It ends the body at Content-Length (`announced`). The server would report the end in another, empty message, and would wake a
    thread for it: a single client would wait a tenth longer for its answer.
    """
    received, waited, is_complete = 0, 0.0, False

    async def receive_in_time() -> Message:
        nonlocal received, waited, is_complete
        if is_complete:
            return await receive()  # waits for the client to disconnect
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_SECONDS + received / BODY_MINIMUM_BYTES_PER_SECOND - waited):
                message = await receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.") from None
        waited += loop.time() - began
        received += len(message.get("body", b""))
        if received == announced:
            message = {**message, "more_body": False}
        is_complete = not message.get("more_body", False)
        return message

    return receive_in_time


def announced_length(sent: bytes) -> int | None:
    """The value of `Content-Length`, as a number. None if it is missing or invalid; the server itself refuses an invalid one."""
    # Python refuses to convert thousands of digits, and any body of such a length is too long.
    if not sent.isdigit():
        return None
    return int(sent) if len(sent) <= _LENGTH_DIGITS else 10**_LENGTH_DIGITS
