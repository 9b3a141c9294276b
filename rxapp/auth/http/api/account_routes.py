"""The HTTP API for one's own account and sessions. Programs do here what people do on the account pages."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response

from rxapp.auth.core.accounts.password_proof import PASSWORD
from rxapp.auth.core.errors import RevocationReason, SessionEnded
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.identity.identity import Identity
from rxapp.auth.core.login.strength import Strength
from rxapp.auth.core.sessions.replacement import Replacement
from rxapp.auth.http.api.schemas import (
    CodeRequest,
    ConfirmRequest,
    MeResponse,
    PasswordRequest,
    PasswordResponse,
    ProofRequest,
    SessionResponse,
    TokenPairResponse,
    token_answer,
)
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, REFUSALS, Bearer, documented
from rxapp.auth.http.callers.ids import CANONICAL_UUID
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import ACCOUNT
from rxapp.auth.http.problems.challenges import Unauthorized
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

P = ParamSpec("P")
R = TypeVar("R")

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[ACCOUNT])

_NO_NEW_PAIR: dict[int | str, dict[str, Any]] = {204: {"description": "The session is bound to a key, and stays as it is"}}
_WITH_A_BODY = REFUSALS | documented(*COMMON_PROBLEMS, HTTPStatus.TOO_MANY_REQUESTS)


@router.get("/me", responses=REFUSALS)
async def me(identity: Bearer) -> MeResponse:
    """Who the bearer of the token is."""
    return MeResponse(
        id=identity.user_id,
        user_name=identity.user_name,
        display_name=identity.display_name,
        roles=sorted(identity.roles),
        session_id=identity.session_id,
        authenticated_at=identity.authenticated_at,
        amr=list(identity.amr),
        expires_at=identity.expires_at,
    )


@router.get("/sessions", responses=REFUSALS)
async def list_sessions(identity: Bearer) -> list[SessionResponse]:
    """Where the bearer is logged in. The session used last comes first."""
    sessions = await in_thread(get_service().accounts.sessions_of, identity)
    open_pages = await session_listeners().count_pages(session.id for session in sessions)
    return [
        SessionResponse(**session._asdict(), current=session.id == identity.session_id, open_pages=open_pages[session.id])
        for session in sessions
    ]


@router.delete(
    f"/sessions/{{session_id:{CANONICAL_UUID}}}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=REFUSALS | documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
    response_class=Response,
)
async def end_session(session_id: UUID, identity: Bearer, client: Sender) -> Response:
    """End one of the bearer's own sessions. Ending a session other than the caller's needs a fresh authentication."""
    service = get_service()
    if session_id != identity.session_id:
        service.require_fresh(identity)
    await in_thread(service.accounts.end_session, identity, session_id, client)
    session_listeners().ended(session_id, RevocationReason.SESSION_REVOKED)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/auth/confirm", response_model=TokenPairResponse, responses=_WITH_A_BODY | _NO_NEW_PAIR)
async def confirm(request: ConfirmRequest, identity: Bearer, client: Sender) -> Response:
    """Give the password again, so that what asks for a fresh authentication is allowed for a while.

    A session that is bound to no key is replaced. The answer is the new session's pair, and the old pair is dead.
    """
    return await _confirm(identity, PASSWORD, request.password, client)


@router.post("/auth/confirm/second-factor", response_model=TokenPairResponse, responses=_WITH_A_BODY | _NO_NEW_PAIR)
async def confirm_second_factor(request: CodeRequest, identity: Bearer, client: Sender) -> Response:
    """Give a second factor in a session that has none, so that what asks for two factors is allowed in it.

    A session that is bound to no key is replaced, as by `POST /api/auth/confirm`. A wrong code is 403 `wrong_code`.
    """
    confirm = get_service().confirmation.confirm_second_factor
    confirmed = await _verified(confirm, identity, request.method, request.code, client)
    return _confirmed(confirmed, RevocationReason.SECOND_FACTOR_CONFIRMED)


@router.post(
    "/auth/confirm/{method}",
    response_model=TokenPairResponse,
    responses=_WITH_A_BODY | documented(HTTPStatus.NOT_FOUND) | _NO_NEW_PAIR,
)
async def confirm_by(method: str, request: ProofRequest, identity: Bearer, client: Sender) -> Response:
    """The same by another proof, such as one of a feature. `method` is its name in RFC 8176; `pwd` is the password."""
    return await _confirm(identity, method, request.answer, client)


async def _confirm(identity: Identity, method: str, answer: str, client: Client) -> Response:
    confirmed = await _verified(get_service().confirmation.confirm, identity, method, answer, client)
    return _confirmed(confirmed, RevocationReason.PASSWORD_CONFIRMED)


def _confirmed(confirmed: Replacement | None, reason: RevocationReason) -> Response:
    if confirmed is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    session_listeners().replaced(confirmed.replaced, reason)
    return token_answer(confirmed.pair, is_bound=confirmed.is_bound)


@router.post("/account/password", response_model=PasswordResponse, responses=_WITH_A_BODY)
async def change_password(request: PasswordRequest, identity: Bearer, client: Sender) -> Response:
    """Change the bearer's password. This also ends their other sessions, unless the request says otherwise.

    The caller's session is always replaced. The answer has the new pair, bound to the same key, and the old pair is dead. Whoever
    has a second factor must have given it in this session.
    """
    await in_thread(get_service().confirmation.require_strength, identity, Strength.BEST)
    changed = await _verified(
        get_service().accounts.change_password,
        identity,
        request.current_password,
        request.new_password,
        client,
        ends_other_sessions=request.end_other_sessions,
    )
    for ended in changed.others:
        session_listeners().ended(ended, RevocationReason.PASSWORD_CHANGED)
    session_listeners().replaced(changed.replaced, RevocationReason.PASSWORD_CHANGED)
    return token_answer(changed.pair, is_bound=changed.is_bound, endedSessions=len(changed.others))


async def _verified(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Make a call that verifies the password. If the bearer's session ends meanwhile, the token is refused as usual."""
    try:
        return await in_hashing_thread(call, *args, **kwargs)
    except SessionEnded as error:
        raise Unauthorized(error) from error
