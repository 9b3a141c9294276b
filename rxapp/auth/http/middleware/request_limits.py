"""The inner layer around the API: what it refuses before any route reads it, and other spellings of its paths."""

from collections.abc import Callable, Iterable
from http import HTTPStatus

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.http.middleware.login_pacing import is_login
from rxapp.auth.http.middleware.request_body import announced_length, limited, refuse_length
from rxapp.auth.http.middleware.spellings import with_own_spelling
from rxapp.auth.http.middleware.unambiguous_requests import fault_of, refuse_ambiguous
from rxapp.auth.http.problems.documents import refusal
from rxapp.auth.http.runtime.service import Overloaded, require_place_in_line


class RequestLimits:
    """ASGI middleware. No code behind it, ours or not, gets an ambiguous request, or reads more than `body_limit` bytes of one.

    It covers the pages and the socket too, because the app mounts them inside of the API. `routes` gives the routes of the API,
    also those that are added later. `host_fault` is a further check of the `Host`: see `own_host.py`.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Callable[[], Iterable[BaseRoute]],
        body_limit: int,
        host_fault: Callable[[Scope], str] = lambda _scope: "",
    ) -> None:
        self._app = app
        self._routes = routes
        self._body_limit = body_limit
        self._host_fault = host_fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and (fault := fault_of(scope) or self._host_fault(scope)):
            await refuse_ambiguous(fault, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if fault := fault_of(scope) or self._host_fault(scope):
            await refuse_ambiguous(fault, scope, receive, send)
            return
        if is_login(scope["path"]):
            # Reading the bodies of a flood alone would slow down others. A login that passes may still be refused later.
            try:
                require_place_in_line()
            except Overloaded as error:
                headers = {"Retry-After": str(error.retry_after_seconds)}
                await refusal(error, HTTPStatus.SERVICE_UNAVAILABLE, headers)(scope, receive, send)
                return
        if (announced_length(dict(scope["headers"]).get(b"content-length", b"")) or 0) > self._body_limit:
            await refuse_length(self._body_limit, scope, receive, send)
            return
        scope, send = with_own_spelling(scope, send, self._routes)
        await self._app(scope, limited(receive, self._body_limit), send)
