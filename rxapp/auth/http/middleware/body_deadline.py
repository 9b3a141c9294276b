"""How long a request body may take: a client that drips a byte now and then would hold its request, and a stop, for ever."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

BODY_TIMEOUT_SECONDS = 10
"""For the whole of a short body. A server that stops waits for the requests in flight, so none may hold it up."""

BODY_MINIMUM_BYTES_PER_SECOND = 16 * 1024
"""Each so many bytes of a longer one give it a second more: 1 MiB may take 74 s. That is 0.13 Mbit/s, less than 3G has."""


def with_deadline(receive: Receive, announced: int | None) -> Receive:
    """`receive`, which raises 408 once the client has been waited for too long altogether.

    A body is over when as many bytes as `announced` have come. A server says so only in another, empty message, for which it
    wakes a thread: a client that is alone would wait a tenth longer.
    """
    received, waited, is_complete = 0, 0.0, False

    async def receive_in_time() -> Message:
        nonlocal received, waited, is_complete
        if is_complete:
            return await receive()  # waits for the client to go away
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
