"""Other spellings of the API's paths, as ASP.NET reads them: in any case, with a slash at the end. And HEAD wherever GET is.

The clients of the system that rxapp replaces were written against that. An app's own routes keep their spelling, unless it says
otherwise: its guards may go by paths.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPMethod

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Message, Scope, Send

METHOD_SENT = "rxapp.method_sent"
"""Where the scope has the method that the client sent, if we handle the request as another one."""


def plain(path: str) -> str:
    """The path in small letters, without a slash at the end."""
    return path.lower().rstrip("/")


_freely_spelled: list[Route] = []


def spell_freely(router: APIRouter) -> None:
    """From now on the paths of this router's own routes may be written in any case, and with a slash at the end.

    What stands in a path for a parameter, such as an id, is passed on as it was sent.
    """
    _freely_spelled.extend(route for route in router.routes if isinstance(route, Route) and route not in _freely_spelled)


def with_own_spelling(scope: Scope, send: Send, routes: Callable[[], Iterable[BaseRoute]]) -> tuple[Scope, Send]:
    """The request under the path and the method that a route has, and how to answer it. `routes` are those of the API."""
    path = _own_path(scope, routes)
    if path != scope["path"]:
        scope = {**scope, "path": path}
    if scope["method"] == HTTPMethod.HEAD and _match(scope, routes) == Match.PARTIAL:
        as_get = {**scope, "method": HTTPMethod.GET.value, METHOD_SENT: HTTPMethod.HEAD.value}
        if _match(as_get, routes) == Match.FULL:
            return as_get, _without_body(send)
    return scope, send


def _own_path(scope: Scope, routes: Callable[[], Iterable[BaseRoute]]) -> str:
    """The path that a route has, if a route may be spelled so."""
    sent: str = scope["path"]
    if plain(sent) == sent or _match(scope, routes) != Match.NONE:
        return sent
    for route in _freely_spelled:
        if found := re.fullmatch(route.path_regex.pattern, sent.rstrip("/"), re.IGNORECASE):
            return route.path_format.format(**found.groupdict())
    return sent


def _match(scope: Scope, routes: Callable[[], Iterable[BaseRoute]]) -> Match:
    """The best match of a route: of path and method, of the path alone, or none. What is mounted is no route."""
    found = [route.matches(scope)[0] for route in routes() if not isinstance(route, Mount)]
    return max(found, key=lambda match: match.value, default=Match.NONE)


def _without_body(send: Send) -> Send:
    """The answer to GET without its body. Its headers say how long it would be (RFC 9110 §9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
