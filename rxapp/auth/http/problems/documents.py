"""Refusals over HTTP: RFC 9457 problem documents with a stable `code`. They never contain a traceback or the input."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError, WebSocketException
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.dpop.spent_proofs import SpentProofsUnavailable
from rxapp.auth.core.errors import (
    AuthError,
    FreshAuthenticationRequired,
    InvalidCredentials,
    InvalidDpopProof,
    LastAdministrator,
    NotFound,
    PermissionDenied,
    SessionEnded,
    TooManyRequests,
    UserNameTaken,
    WrongPassword,
)
from rxapp.auth.core.login.email_errors import EmailAddressTaken, EmailRequired
from rxapp.auth.core.login.passkey_errors import PasskeysUnavailable
from rxapp.auth.core.login.second_factor import SecondFactorRequired, WrongStepUpCode
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.strength import TwoFactorsRequired
from rxapp.auth.http.problems.allowed_methods import allow_header
from rxapp.auth.http.problems.challenges import Unauthorized, challenge
from rxapp.auth.http.problems.schema import PROBLEM_TYPE
from rxapp.auth.http.runtime.request_context import current_request, note_failure
from rxapp.auth.http.runtime.service import Overloaded, get_service

RETRY_AFTER_SECONDS = 1

POLICY_VIOLATION, TRY_AGAIN_LATER = 1008, 1013
"""WebSocket close codes: RFC 6455 §7.4.1, and IANA's registry."""

_STATUSES = {
    PermissionDenied: HTTPStatus.FORBIDDEN,
    SecondFactorRequired: HTTPStatus.UNAUTHORIZED,  # who knows no second factors sees a refused login
    LoginIncomplete: HTTPStatus.FORBIDDEN,
    WrongPassword: HTTPStatus.FORBIDDEN,
    WrongStepUpCode: HTTPStatus.FORBIDDEN,
    InvalidCredentials: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    UserNameTaken: HTTPStatus.CONFLICT,
    EmailAddressTaken: HTTPStatus.CONFLICT,
    EmailRequired: HTTPStatus.CONFLICT,
    LastAdministrator: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    PasskeysUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The first that fits counts. All other errors are the client's mistake: 400."""

logger = logging.getLogger(__name__)


class GuardRefusal(HTTPException):
    """A guard raises this in place of our own errors: any FastAPI app answers it like its own `HTTPException`s.

    Our own API answers with `document`.
    """

    def __init__(self, document: JSONResponse) -> None:
        body = json.loads(bytes(document.body))
        headers = {name: value for name, value in document.headers.items() if not name.startswith("content-")}
        super().__init__(document.status_code, body["detail"], headers)
        self.document = document
        self.code: str = body["code"]


@contextmanager
def as_http_errors(connection: HTTPConnection) -> Iterator[None]:
    """Replace a refusal or an outage by an exception that any FastAPI or Starlette app can answer.

    If a WebSocket is closed before it was accepted, the server answers 403, whatever the close code is.
    """
    try:
        yield
    except (Unauthorized, AuthError, DatabaseUnavailable, SpentProofsUnavailable) as error:
        refused = GuardRefusal(problem_of(connection, error))
        if connection.scope["type"] == "websocket":
            is_outage = refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            raise WebSocketException(TRY_AGAIN_LATER if is_outage else POLICY_VIOLATION, refused.code) from error
        raise refused from error


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    reason: str | None = None,
    members: dict[str, Any] | None = None,
) -> JSONResponse:
    """A problem document with further `members`. `reason` tells why a session ended where `code` alone does not.

    For a server error it has the request's id, so that the operator can find the lines in the log.
    """
    document: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    document |= {"detail": detail, "code": code} | (members or {})
    if reason is not None and reason != code:
        document["reason"] = reason
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and (request := current_request()) is not None:
        document["requestId"] = request.request_id
    return JSONResponse(document, status.value, {"Cache-Control": "no-store", **(headers or {})}, PROBLEM_TYPE)


def refusal(error: AuthError, status: HTTPStatus, headers: dict[str, str] | None = None) -> JSONResponse:
    """The problem document of an `AuthError`. For a client with a key it has the nonce for the next proof (RFC 9449 §8).

    An incomplete login has the stage that is due, and the pending login to go on with. Who lacks a second factor reads which
    they can give.
    """
    reason = error.reason if isinstance(error, SessionEnded) else None
    nonce = nonce_headers() if isinstance(error, InvalidDpopProof) else {}
    members: dict[str, Any] = {"methods": list(error.methods)} if isinstance(error, TwoFactorsRequired) else {}
    if isinstance(error, LoginIncomplete):
        members = _next_stage(error)
    return problem(status, error.code, error.message, headers=(headers or {}) | nonce, reason=reason, members=members)


def _next_stage(error: LoginIncomplete) -> dict[str, Any]:
    members = {"stage": error.stage, "pendingLogin": error.pending_login, "expiresAt": error.expires_at.isoformat()}
    return members | ({"methods": list(error.methods)} if error.methods else {})


def nonce_headers() -> dict[str, str]:
    """The nonce for a client's next proof."""
    return {"DPoP-Nonce": get_service().dpop.new_nonce()}


def _unavailable(detail: str = "Try again in a moment.") -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", detail, headers=headers)


_FASTAPIS_OWN = (None, http_exception_handler, request_validation_exception_handler)


def problem_of(request: HTTPConnection, error: Exception) -> JSONResponse:
    """The answer to an exception that a route raised."""
    return next(answer for kind, answer in _ANSWERS.items() if isinstance(error, kind))(request, error)


def add_problem_handlers(api: FastAPI) -> None:
    """Make `api` answer every exception with a problem document, except those for which it has a handler of its own."""
    for kind, answer in _ANSWERS.items():
        if api.exception_handlers.get(kind) in _FASTAPIS_OWN:
            api.add_exception_handler(kind, answer)


def answers_malformed_input(api: FastAPI) -> bool:
    """Whether `api` answers it as we do, and not by a handler of its own."""
    return api.exception_handlers.get(RequestValidationError) is _malformed


def _malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
    # The error's own text quotes the input, which may contain a password.
    fields = sorted({part for item in error.errors() for part in item["loc"][1:2] if isinstance(part, str)})
    detail = f"Missing or malformed: {', '.join(fields)}." if fields else "The body is missing or malformed."
    return problem(HTTPStatus.BAD_REQUEST, "invalid_request", detail)


def _unauthorized(_request: Request, error: Unauthorized) -> JSONResponse:
    return refusal(error.error, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": challenge(error)})


def _step_up_required(_request: Request, error: FreshAuthenticationRequired | TwoFactorsRequired) -> JSONResponse:
    # RFC 9470 §3. The client then calls `POST /api/auth/confirm`, or for a second factor `/api/auth/confirm/second-factor`.
    challenge = f'Bearer error="insufficient_user_authentication", error_description="{error.message}"'
    return refusal(error, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": challenge})


def _refused(_request: Request, error: AuthError) -> JSONResponse:
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    headers = {}
    if isinstance(error, PermissionDenied):
        headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    elif status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_seconds:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return refusal(error, status, headers)


_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid_request",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "request_entity_too_large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "request_uri_too_long",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "requested_range_not_satisfiable",
    HTTPStatus.UNPROCESSABLE_ENTITY: "unprocessable_entity",
}
"""Codes that are not made of the status's phrase: from Python 3.13 on, some phrases are others (RFC 9110)."""


def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    code = _CODES.get(status) or status.phrase.lower().replace(" ", "_")
    return problem(status, code, str(error.detail), headers=dict(error.headers or {}) | allow_header(request, status))


def _database_unavailable(_request: Request, error: DatabaseUnavailable) -> JSONResponse:
    logger.error("a request could not be answered: %s", error)
    return _unavailable(error.message)


def _redis_unavailable(_request: Request, error: SpentProofsUnavailable) -> JSONResponse:
    logger.error("Redis did not answer: %s", type(error.__cause__).__name__)
    return _unavailable()


def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected error", exc_info=error)
    note_failure(error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side.")


_ANSWERS: dict[type[Exception], Callable[[Any, Any], JSONResponse]] = {
    GuardRefusal: lambda _request, error: error.document,
    RequestValidationError: _malformed,
    Unauthorized: _unauthorized,
    FreshAuthenticationRequired: _step_up_required,
    TwoFactorsRequired: _step_up_required,
    AuthError: _refused,
    HTTPException: _http_error,
    DatabaseUnavailable: _database_unavailable,
    SpentProofsUnavailable: _redis_unavailable,
    Exception: _unexpected,
}
"""The first entry that matches answers, so the order matters."""
