"""A deadline for request bodies: a client that sends one byte now and then could hold a request, and a shutdown, for ever."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

BODY_TIMEOUT_SECONDS = 10
"""For a whole short body. A server that stops waits for requests in flight, so no request may take long."""

BODY_MINIMUM_BYTES_PER_SECOND = 16 * 1024
"""A longer body gets one more second for each so many bytes: 1 MiB may take 74 s. That is 0.13 Mbit/s, slower than 3G."""


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
