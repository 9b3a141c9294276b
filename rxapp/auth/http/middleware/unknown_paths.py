"""Unknown paths of the API: the answer is a problem document, like the API's other refusals, and not the 404 page for people."""

import inspect
from functools import partial
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.http.problems.allowed_methods import allow_header
from rxapp.auth.http.problems.documents import problem

API = "/api/"


class UnknownPaths:
    """ASGI middleware. The app itself may have routes under `/api/` too, so it replaces only answers that no route has given."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the app's answer on, unless it is a 404 or 405 because no route has this path."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        is_replaced, request, root = False, Request({**scope, "app": self._api}), scope.get("root_path", "")

        async def send_or_replace(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and _is_unrouted(scope, message["status"], root):
                is_replaced = True
                await _refusal(request)(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, send_or_replace)


def _refusal(request: Request) -> Response:
    """405 if the path has other methods, else 404. The pages' route matches every path, so 405 is worked out again here."""
    allowed = allow_header(request, HTTPStatus.METHOD_NOT_ALLOWED)
    status = HTTPStatus.METHOD_NOT_ALLOWED if allowed else HTTPStatus.NOT_FOUND
    return problem(status, status.phrase.lower().replace(" ", "_"), status.phrase, headers=allowed)


def _is_unrouted(scope: Scope, status: int, root: str) -> bool:
    """Whether no route has answered, but only what is mounted at `root`: static files, or another app's default.

    What is mounted below a path of its own answers for itself.
    """
    unrouted = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)  # static files answer 405 to a POST
    if status not in unrouted or isinstance(scope.get("route"), Route) or scope.get("root_path", "") != root:
        return False
    endpoint = scope.get("endpoint")
    return not (inspect.isroutine(endpoint) or inspect.isclass(endpoint) or isinstance(endpoint, partial))
