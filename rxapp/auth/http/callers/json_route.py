"""A route that takes a short JSON body, or none. It asks who is there before it reads anything."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute

from rxapp.auth.http.callers.bearer import AccessTokenBearer
from rxapp.auth.http.callers.json_body import JsonRequest, read_json
from rxapp.auth.http.middleware.request_body import MAXIMUM_BODY_BYTES, limited


class LimitedBodyRoute(APIRoute):
    """Reads at most `MAXIMUM_BODY_BYTES`, with or without a Content-Length, and only of a caller whom the route admits."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The route's handler. FastAPI alone would read the body first."""
        handle = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)
        bearers = [each.call for each in _all(self.dependant) if isinstance(each.call, AccessTokenBearer)]

        async def handle_limited(request: Request) -> Any:
            request = Request(request.scope, limited(request.receive, MAXIMUM_BODY_BYTES))
            for bearer in bearers[:1] if not request.app.dependency_overrides else ():  # a test may be anybody
                await bearer.identify(request)
            if takes_json:
                request = JsonRequest(request.scope, request.receive, await read_json(request), await request.body())
            return await handle(request)

        return handle_limited


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)
