"""A refresh, which every client sends again and again, comes to its function without FastAPI's way there.

Routing, dependencies and validation cost FastAPI more than the rotation itself (`benchmarks/RESULTS.md`). The route in
`token_routes` declares the operation and is what is done; only the body and the sender are read here.
"""

import json
from email.message import Message
from http import HTTPMethod

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.api.schemas import RefreshRequest
from rxapp.auth.http.api.token_routes import REFRESH_PATH, refresh
from rxapp.auth.http.callers.dpop import proving_sender
from rxapp.auth.http.callers.request_source import request_client
from rxapp.auth.http.middleware.body_limit import MAXIMUM_BODY_BYTES, limited
from rxapp.auth.http.middleware.problems import problem_of


class DirectRefresh:
    """ASGI middleware of the API: a middleware that is added to the API later is around this one, and sees refreshes too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refresh, hand on all else."""
        if scope["type"] != "http" or scope["path"] != REFRESH_PATH or scope["method"] != HTTPMethod.POST:
            await self._app(scope, receive, send)
            return
        request = Request(scope, limited(receive, MAXIMUM_BODY_BYTES))
        await (await _answer(request))(scope, receive, send)


async def _answer(request: Request) -> Response:
    try:
        return await refresh(await _read(request), await proving_sender(request, request_client(request)))
    except Exception as error:  # noqa: BLE001  as FastAPI does around its routes
        return problem_of(request, error)


async def _read(request: Request) -> RefreshRequest:
    """The body as FastAPI would read it."""
    body = await request.body()
    try:
        return RefreshRequest.model_validate(json.loads(body) if _is_json(request) else body)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error
    except (ValueError, RecursionError) as error:
        raise RequestValidationError([]) from error


def _is_json(request: Request) -> bool:
    """RFC 6839 §3.1 included."""
    sent = request.headers.get("Content-Type", "")
    if sent == "application/json":
        return True
    message = Message()
    message["Content-Type"] = sent
    is_named_so = message.get_content_subtype() == "json" or message.get_content_subtype().endswith("+json")
    return message.get_content_maintype() == "application" and is_named_so
