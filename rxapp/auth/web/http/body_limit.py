"""A limit on the size of request bodies, answered with a problem document like every other refusal."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

MAXIMUM_BODY_BYTES = 16 * 1024


class LimitedBodyRoute(APIRoute):
    """A route that reads at most `MAXIMUM_BODY_BYTES`, whatever length the client announces or keeps to itself."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The route's handler, with its request's stream under the limit."""
        handle = super().get_route_handler()

        async def limited(request: Request) -> Any:
            read = 0

            async def receive() -> Message:
                nonlocal read
                message = await request.receive()
                read += len(message.get("body", b""))
                if read > MAXIMUM_BODY_BYTES:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is over {MAXIMUM_BODY_BYTES} bytes.")
                return message

            return await handle(Request(request.scope, receive))

        return limited
