"""The refresh route, and a fast path to it.

Every client refreshes again and again. FastAPI's routing, dependencies and validation cost more than the rotation itself
(`benchmarks/RESULTS.md`). So a middleware reads the body and the sender by itself, and calls the route's function. The route
declares the operation for the OpenAPI document.

Programs send their refresh token here; pages keep theirs in `web/auth_state/tokens.py`. Both go to `core/sessions/refresh.py`.
"""

from http import HTTPMethod, HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.core.errors import SessionEnded
from rxapp.auth.http.api.schemas import RefreshRequest, TokenPairResponse, token_answer
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, documented
from rxapp.auth.http.callers.dpop import ProvingSender, proving_sender
from rxapp.auth.http.callers.json_body import read_json
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import request_client
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.middleware.request_body import MAXIMUM_BODY_BYTES, limited
from rxapp.auth.http.problems.documents import problem_of, refusal
from rxapp.auth.http.runtime.service import refresh_pair
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

REFRESH_PATH = f"{router.prefix}/token/refresh"


@router.post(
    "/token/refresh",
    response_model=TokenPairResponse,
    responses=documented(*COMMON_PROBLEMS, HTTPStatus.TOO_MANY_REQUESTS),
)
async def refresh(request: RefreshRequest, client: ProvingSender) -> Response:
    """Exchange a token pair for its successor. The presented refresh token is then spent.

    If the session is bound to a key, the request needs a `DPoP` header with a proof of that key.
    """
    try:
        pair = await refresh_pair(request.access_token, request.refresh_token, client)
        return token_answer(pair, is_bound=client.device_key is not None)
    except SessionEnded as error:
        session_listeners().ended(error.session_id, error.reason)
        return refusal(error, HTTPStatus.BAD_REQUEST)


class DirectRefresh:
    """ASGI middleware of the API. Middleware that is added later is outside of this one, so it sees refreshes too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refresh, and pass all other requests on."""
        if scope["type"] != "http" or scope["path"] != REFRESH_PATH or scope["method"] != HTTPMethod.POST:
            await self._app(scope, receive, send)
            return
        request = Request(scope, limited(receive, MAXIMUM_BODY_BYTES))
        await (await _answer(request))(scope, receive, send)


async def _answer(request: Request) -> Response:
    try:
        return await refresh(await _read(request), await proving_sender(request, request_client(request)))
    except Exception as error:  # noqa: BLE001  FastAPI does the same around its routes
        return problem_of(request, error)


async def _read(request: Request) -> RefreshRequest:
    try:
        return RefreshRequest.model_validate(await read_json(request))
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error
