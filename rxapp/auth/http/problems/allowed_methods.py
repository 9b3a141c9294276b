"""The methods of a path, for the `Allow` header of every 405 (RFC 9110 §15.5.6)."""

from http import HTTPStatus

from fastapi import Request
from starlette.routing import Match, Mount

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def allow_header(request: Request, status: HTTPStatus) -> dict[str, str]:
    """For a 405: the methods of all routes at the request's path. Starlette itself would name those of one route only."""
    if status != HTTPStatus.METHOD_NOT_ALLOWED:
        return {}
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    scopes = [{**request.scope, "method": method} for method in _METHODS]
    allowed = [scope["method"] for scope in scopes if any(route.matches(scope)[0] == Match.FULL for route in routes)]
    if "GET" in allowed and "HEAD" not in allowed:
        allowed.insert(1, "HEAD")  # wherever GET is (`spellings.py`)
    return {"Allow": ", ".join(allowed)} if allowed else {}
