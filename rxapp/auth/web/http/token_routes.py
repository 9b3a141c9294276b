"""The HTTP API of signing in, staying signed in and signing out. Each route parses, makes one call and translates the error."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from rxapp.auth.errors import InvalidCredentials, RevocationReason, SessionEnded
from rxapp.auth.token_pairs import TokenPair
from rxapp.auth.web.http.bearer import COMMON_PROBLEMS, Bearer, documented
from rxapp.auth.web.http.body_limit import LimitedBodyRoute
from rxapp.auth.web.http.problems import refusal
from rxapp.auth.web.http.wire import LoginRequest, RefreshRequest, TokenPairResponse
from rxapp.auth.web.open_pages import sign_out_open_pages
from rxapp.auth.web.runtime import get_service, in_hashing_thread, in_thread
from rxapp.auth.web.senders import Sender

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute)


def _answer(pair: TokenPair) -> JSONResponse:
    # RFC 6749 §5.1: an answer with tokens in it is never cached.
    return JSONResponse({"token": pair.access_token, "refreshToken": pair.refresh_token}, headers={"Cache-Control": "no-store"})


@router.post(
    "/auth/login",
    response_model=TokenPairResponse,
    responses=documented(*COMMON_PROBLEMS, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS),
)
async def log_in(request: LoginRequest, client: Sender) -> Response:
    """Exchange a user name and a password for a token pair."""
    try:
        return _answer(await in_hashing_thread(get_service().log_in, request.username, request.password, client))
    except InvalidCredentials as error:
        return refusal(error, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})


@router.post(
    "/token/refresh",
    response_model=TokenPairResponse,
    responses=documented(*COMMON_PROBLEMS, HTTPStatus.TOO_MANY_REQUESTS),
)
async def refresh(request: RefreshRequest, client: Sender) -> Response:
    """Exchange a token pair for its successor; the refresh token presented is then spent."""
    try:
        return _answer(await in_thread(get_service().refresh, request.access_token, request.refresh_token, client))
    except SessionEnded as error:
        sign_out_open_pages(error.session_id, error.reason)
        return refusal(error, HTTPStatus.BAD_REQUEST)


@router.post(
    "/token/revoke", status_code=HTTPStatus.NO_CONTENT, responses=documented(HTTPStatus.UNAUTHORIZED), response_class=Response
)
async def revoke(identity: Bearer, client: Sender) -> Response:
    """End the session that the bearer token belongs to: its refresh token is dead, and so is the access token itself."""
    await in_thread(get_service().revoke, identity.session_id, RevocationReason.SESSION_REVOKED, client)
    sign_out_open_pages(identity.session_id, RevocationReason.SESSION_REVOKED)
    return Response(status_code=HTTPStatus.NO_CONTENT)
