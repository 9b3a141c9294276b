"""The caller's identity from the access token, and the guards of routes (`require`)."""

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
from rxapp.auth.http.problems.challenges import Unauthorized
from rxapp.auth.http.problems.documents import as_http_errors
from rxapp.auth.http.problems.schema import PROBLEM_TYPE, Problem
from rxapp.auth.http.runtime.declared_roles import declared_strength, note_roles, require_flags, required_roles
from rxapp.auth.http.runtime.request_context import note_identity
from rxapp.auth.http.runtime.service import get_service, in_thread, verify_access

BEARER, DPOP = "bearer", "dpop"
"""Schemes of the `Authorization` header, in small letters for comparison."""


SCHEME = "accessToken"
"""The name of the security scheme in OpenAPI documents."""

_IDENTITY = "rxapp.identity"
"""Where the scope has the verified caller."""


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: the problem documents that a route may return."""
    # The model makes FastAPI add the schema to the document, but FastAPI would say that the answer is plain JSON.
    content = {PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {
        status.value: {"description": status.phrase, "model": Problem, "content": content}
        | (_RETRY_AFTER if status in _TEMPORARY else {})
        for status in statuses
    }


_TEMPORARY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_RETRY_AFTER = {"headers": {"Retry-After": {"description": "In how many seconds to try again", "schema": {"type": "integer"}}}}


REFUSALS = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""For `responses=` of a route behind `require`, so that the OpenAPI document names them."""

COMMON_PROBLEMS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE)


class AccessTokenBearer(HTTPBearer):
    """A dependency that returns the caller's identity. As a security scheme, it shows in OpenAPI which operations need a token.

    A session that is bound to a key uses the scheme `DPoP` with a proof (RFC 9449 §7.1). Any other session uses `Bearer`.
    """

    async def __call__(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  FastAPI injects both
        self, connection: HTTPConnection, response: Response
    ) -> Identity:
        """The caller of this request or handshake. A refusal raises an exception that any FastAPI app can answer."""
        response.headers["Cache-Control"] = "no-store"  # no cache may keep a person's data (ASVS 14.3.2)
        return await self.identify(connection)

    async def identify(self, connection: HTTPConnection) -> Identity:
        """The same without a response. The second time it returns what it has found the first time."""
        identity: Identity | None = connection.scope.get(_IDENTITY)
        if identity is None:
            with as_http_errors(connection):
                identity = connection.scope[_IDENTITY] = await _authenticate(connection)
            note_identity(identity)
        return identity


async def _authenticate(connection: HTTPConnection) -> Identity:
    scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
    token = token.strip(" \t")  # RFC 9110 §5.6.3; a plain `strip()` would also accept other white space
    if not scheme:
        raise Unauthorized(InvalidToken(), is_anonymous=True)
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


Bearer = Annotated[
    Identity, Depends(AccessTokenBearer(bearerFormat="JWT", scheme_name=SCHEME, description="The access token of a login"))
]


def require(*roles: str, fresh: bool = False, strength: str = "") -> Any:
    """A FastAPI dependency: the caller's identity, if they have one of `roles` (any signed-in user if none is named).

    It works in routes of any app, and for WebSockets: the handshake has the token, and a refusal closes it before it is accepted.
    With `fresh`, the password must have been given recently; a client that is refused for that calls `/api/auth/confirm`. With
    `strength="two factors"`, a second factor must have been given in the session, with `"best"` if the person has one; a client
    that is refused for that calls `/api/auth/confirm/second-factor`. Raises `DeclarationRefused`.
    """
    roles, wanted_strength = required_roles(roles), declared_strength(strength)
    require_flags(fresh=fresh)
    note_roles(roles)

    async def guard(connection: HTTPConnection, identity: Bearer) -> Identity:
        with as_http_errors(connection):
            if not identity.has_role(*roles):
                await _note_refusal(connection, identity)
                raise PermissionDenied
            if fresh:
                get_service().require_fresh(identity)
            if wanted_strength:
                await in_thread(get_service().confirmation.require_strength, identity, wanted_strength)
        return identity

    return Depends(guard)


async def _note_refusal(connection: HTTPConnection, identity: Identity) -> None:
    client, detail = request_client(connection), f"{method_of(connection)} {connection.url.path}"
    facts: dict[str, Any] = {"user_id": identity.user_id, "session_id": identity.session_id, "client": client}
    await in_thread(get_service().failures.record, EventKind.PERMISSION_DENIED, detail=detail, **facts)
