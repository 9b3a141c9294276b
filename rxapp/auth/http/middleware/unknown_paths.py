"""An unknown path of the API: a problem document, as its other refusals are, and not the page that people are shown."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.http.middleware.allowed_methods import allow_header
from rxapp.auth.http.middleware.problems import problem

API = "/api/"


class UnknownPaths:
    """ASGI middleware. An app around this one may have routes under `/api/` too: only what no route has answered is replaced."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, unless that is for want of anything at this path."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        is_replaced, request = False, Request({**scope, "app": self._api})

        async def send_or_replace(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and _is_unrouted(scope, message["status"]):
                is_replaced = True
                await _refusal(request)(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, send_or_replace)


def _refusal(request: Request) -> Response:
    """405 where only another method is known: beside pages, which match any path, that has got lost."""
    allowed = allow_header(request, HTTPStatus.METHOD_NOT_ALLOWED)
    status = HTTPStatus.METHOD_NOT_ALLOWED if allowed else HTTPStatus.NOT_FOUND
    return problem(status, status.phrase.lower().replace(" ", "_"), status.phrase, headers=allowed)


def _is_unrouted(scope: Scope, status: int) -> bool:
    """Whether the request came to no route at all, but to the files or to an app as such."""
    nowhere = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)  # the latter is what files say to a POST
    return status in nowhere and isinstance(scope.get("endpoint"), StaticFiles | Starlette)
