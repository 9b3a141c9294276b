"""Turns logins away at the door while the line is full: in a flood, reading each body alone would hold up everyone else."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.problems import refusal
from rxapp.auth.http.runtime.service import Overloaded, require_place_in_line

LOGIN_PATH = "/api/auth/login"


class LoadShedding:
    """ASGI middleware. Whoever is let through may still find the line full: this one only spares the work."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 without having looked at anything but the path."""
        if scope["type"] == "http" and scope["path"] == LOGIN_PATH:
            try:
                require_place_in_line()
            except Overloaded as error:
                headers = {"Retry-After": str(error.retry_after_seconds)}
                await refusal(error, HTTPStatus.SERVICE_UNAVAILABLE, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)
