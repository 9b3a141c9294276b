"""The HTTP API. Each route parses, makes one call of the service and translates the error; it holds no rule of its own."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from rxapp.auth.clients import Client
from rxapp.auth.errors import AuthError, InvalidCredentials, InvalidToken, PermissionDenied, RevocationReason, SessionEnded
from rxapp.auth.identity import Identity
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.body_limit import LimitedBodyRoute
from rxapp.auth.web.open_pages import sign_out_open_pages
from rxapp.auth.web.problems import Unauthorized, refusal
from rxapp.auth.web.runtime import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.wire import LoginRequest, Problem, RefreshRequest, TokenPairResponse

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute)


def _documented(*statuses: HTTPStatus) -> dict[int | str, dict]:
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status.value: {"description": status.phrase, "content": content} for status in statuses}


REFUSALS = _documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""For `responses=` of a route behind `require`, so that the OpenAPI document names them."""

_COMMON_PROBLEMS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE)


def sender(request: Request) -> Client:
    """Where the request comes from, for the audit log."""
    return Client.of(request.client.host if request.client else None, request.headers.get("User-Agent"))


Sender = Annotated[Client, Depends(sender)]


def _answer(pair: TokenPair) -> JSONResponse:
    # RFC 6749 §5.1: an answer with tokens in it is never cached.
    return JSONResponse({"token": pair.access_token, "refreshToken": pair.refresh_token}, headers={"Cache-Control": "no-store"})


@router.post(
    "/auth/login",
    response_model=TokenPairResponse,
    responses=_documented(*_COMMON_PROBLEMS, HTTPStatus.UNAUTHORIZED),
)
async def log_in(request: LoginRequest, client: Sender) -> Response:
    """Exchange a user name and a password for a token pair."""
    try:
        return _answer(await in_hashing_thread(get_service().log_in, request.username, request.password, client))
    except InvalidCredentials as error:
        return refusal(error, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})


@router.post("/token/refresh", response_model=TokenPairResponse, responses=_documented(*_COMMON_PROBLEMS))
async def refresh(request: RefreshRequest, client: Sender) -> Response:
    """Exchange a token pair for its successor; the refresh token presented is then spent."""
    try:
        return _answer(await in_thread(get_service().refresh, request.access_token, request.refresh_token, client))
    except SessionEnded as error:
        sign_out_open_pages(error.session_id, error.reason)
        return refusal(error, HTTPStatus.BAD_REQUEST)
    except AuthError as error:
        return refusal(error, HTTPStatus.BAD_REQUEST)


async def bearer(request: Request) -> Identity:
    """Who sends this request, by its bearer token; `Unauthorized` if there is no good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized(InvalidToken())
    try:
        return await in_thread(get_service().verify_access, token.strip())
    except AuthError as error:
        raise Unauthorized(error) from error


Bearer = Annotated[Identity, Depends(bearer)]


def require(*roles: str) -> Any:
    """A FastAPI dependency: the caller's identity, if they have one of `roles` (any signed-in user if none is named)."""

    async def guard(identity: Bearer) -> Identity:
        if not identity.has_role(*roles):
            raise PermissionDenied
        return identity

    return Depends(guard)


@router.post(
    "/token/revoke", status_code=HTTPStatus.NO_CONTENT, responses=_documented(HTTPStatus.UNAUTHORIZED), response_class=Response
)
async def revoke(identity: Bearer, client: Sender) -> Response:
    """End the session that the bearer token belongs to: its refresh token is dead, and so is the access token itself."""
    await in_thread(get_service().revoke, identity.session_id, RevocationReason.SESSION_REVOKED, client)
    sign_out_open_pages(identity.session_id, RevocationReason.SESSION_REVOKED)
    return Response(status_code=HTTPStatus.NO_CONTENT)
