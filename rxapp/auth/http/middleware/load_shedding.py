"""Load shedding: refuses logins while the login queue is full. In a flood, reading their bodies alone would slow down others."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.spellings import plain
from rxapp.auth.http.problems.documents import refusal
from rxapp.auth.http.runtime.service import Overloaded, require_place_in_line

LOGIN_PATH = "/api/auth/login"


class LoadShedding:
    """ASGI middleware. It only saves work: a request that it lets through may still be refused by the full queue later."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 if the queue is full. Of the request, it reads only the path."""
        if scope["type"] == "http" and plain(scope["path"]) == LOGIN_PATH:
            try:
                require_place_in_line()
            except Overloaded as error:
                headers = {"Retry-After": str(error.retry_after_seconds)}
                await refusal(error, HTTPStatus.SERVICE_UNAVAILABLE, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)
