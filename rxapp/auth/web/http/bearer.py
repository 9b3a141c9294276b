"""Who sends an HTTP request, by its bearer token, and what a route asks of them."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request

from rxapp.auth.errors import AuthError, InvalidToken, PermissionDenied
from rxapp.auth.identity import Identity
from rxapp.auth.security_events import EventKind
from rxapp.auth.web import policy
from rxapp.auth.web.http.problems import Unauthorized
from rxapp.auth.web.http.wire import Problem
from rxapp.auth.web.request_context import note_identity
from rxapp.auth.web.runtime import get_service, in_thread
from rxapp.auth.web.senders import Sender


def documented(*statuses: HTTPStatus) -> dict[int | str, dict]:
    """For `responses=`: the problem documents that a route may answer."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status.value: {"description": status.phrase, "content": content} for status in statuses}


REFUSALS = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""For `responses=` of a route behind `require`, so that the OpenAPI document names them."""

COMMON_PROBLEMS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE)


async def bearer(request: Request) -> Identity:
    """Who sends this request, by its bearer token; `Unauthorized` if there is no good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized(InvalidToken())
    try:
        identity = await in_thread(get_service().verify_access, token.strip())
    except AuthError as error:
        raise Unauthorized(error) from error
    note_identity(identity)
    return identity


Bearer = Annotated[Identity, Depends(bearer)]


def require(*roles: str, fresh: bool = False) -> Any:
    """A FastAPI dependency: the caller's identity, if they have one of `roles` (any signed-in user if none is named).

    With `fresh`, the password must have been given lately; who is refused for that confirms it at `/api/auth/confirm`.
    """
    policy.note_roles(roles)

    async def guard(request: Request, identity: Bearer, client: Sender) -> Identity:
        if not identity.has_role(*roles):
            facts = {"user_id": identity.user_id, "session_id": identity.session_id, "client": client}
            doing = f"{request.method} {request.url.path}"
            await in_thread(get_service().record, EventKind.PERMISSION_DENIED, detail=doing, **facts)
            raise PermissionDenied
        if fresh:
            get_service().require_fresh(identity)
        return identity

    return Depends(guard)
