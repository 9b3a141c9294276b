"""Who sends an HTTP request, by its bearer token, and what a route asks of them."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Response
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.errors import AuthError, InvalidDpopProof, InvalidToken, PermissionDenied
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.http.callers.dpop import proved_key
from rxapp.auth.http.callers.request_source import method_of, request_client
from rxapp.auth.http.middleware.problems import Problem, Unauthorized, turning_away
from rxapp.auth.http.runtime.declared_roles import note_roles, require_flags, required_roles
from rxapp.auth.http.runtime.request_context import note_identity
from rxapp.auth.http.runtime.service import get_service, in_thread, verify_access

BEARER, DPOP = "bearer", "dpop"
"""Schemes of the `Authorization` header, as compared."""


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: the problem documents that a route may answer."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {
        status.value: {"description": status.phrase, "content": content} | (_RETRY_AFTER if status in _PASSING else {})
        for status in statuses
    }


_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_RETRY_AFTER = {"headers": {"Retry-After": {"description": "In how many seconds to try again", "schema": {"type": "integer"}}}}


REFUSALS = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""For `responses=` of a route behind `require`, so that the OpenAPI document names them."""

COMMON_PROBLEMS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE)


class AccessTokenBearer(HTTPBearer):
    """FastAPI's bearer scheme, so that the OpenAPI document says which operations want a token, and a dependency: who it is.

    The token of a session that is bound to a key comes with the scheme `DPoP` and a proof (RFC 9449 §7.1), any other as `Bearer`.
    """

    async def __call__(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  FastAPI injects both
        self, connection: HTTPConnection, response: Response
    ) -> Identity:
        """Who sends this request or handshake, by its access token; else an answer that any app understands."""
        with turning_away(connection):
            identity = await _bearer_of(connection)
        note_identity(identity)
        response.headers["Cache-Control"] = "no-store"  # what the route tells this person is in nobody's cache (ASVS 14.3.2)
        return identity


async def _bearer_of(connection: HTTPConnection) -> Identity:
    scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
    token = token.strip(" \t")  # RFC 9110 §5.6.3; Python by itself would also drop what no token may have around it
    if scheme.lower() not in (BEARER, DPOP) or not token:
        raise Unauthorized(InvalidToken())
    try:
        key = proved_key(connection, token) if scheme.lower() == DPOP else None
        identity = await verify_access(token, request_client(connection, key))
        if scheme.lower() == DPOP and key is None:
            raise InvalidDpopProof
    except AuthError as error:
        raise Unauthorized(error) from error
    return identity


Bearer = Annotated[Identity, Depends(AccessTokenBearer(bearerFormat="JWT", scheme_name="accessToken"))]


def require(*roles: str, fresh: bool = False) -> Any:
    """A FastAPI dependency: the caller's identity, if they have one of `roles` (any signed-in user if none is named).

    It stands in routes of any app, of WebSockets too: there the handshake has the token, and a refusal closes it unaccepted.
    With `fresh`, the password must have been given lately; who is refused for that confirms it at `/api/auth/confirm`.
    Raises `DeclarationRefused`.
    """
    roles = required_roles(roles)
    require_flags(fresh=fresh)
    note_roles(roles)

    async def guard(connection: HTTPConnection, identity: Bearer) -> Identity:
        with turning_away(connection):
            if not identity.has_role(*roles):
                await _note_refusal(connection, identity)
                raise PermissionDenied
            if fresh:
                get_service().require_fresh(identity)
        return identity

    return Depends(guard)


async def _note_refusal(connection: HTTPConnection, identity: Identity) -> None:
    client, doing = request_client(connection), f"{method_of(connection)} {connection.url.path}"
    facts: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id, "client": client}
    await in_thread(get_service().failures.record, EventKind.PERMISSION_DENIED, detail=doing, **facts)
