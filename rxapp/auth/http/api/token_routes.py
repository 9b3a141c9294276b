"""Logging in and logging out over HTTP. Each route parses, makes one call and translates the error."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Response

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.identity.client import Client
from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE, YES
from rxapp.auth.http.api.schemas import CompletedLoginResponse, LoginRequest, PendingLoginRequest, TokenPairResponse, token_answer
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, Bearer, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_hashing_thread, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

LOGIN_RESPONSES = documented(*COMMON_PROBLEMS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


@router.post("/auth/login", response_model=TokenPairResponse, responses=LOGIN_RESPONSES)
async def log_in(request: LoginRequest, client: ProvingSender) -> Response:
    """Exchange a user name and a password for a token pair. It is bound to the key of the `DPoP` header if there is one.

    401 `second_factor_required` says that the password is right, and that a second factor is due. Its `methods` are those that
    the user has, and `POST /api/auth/second-factor` completes the login. 403 `login_incomplete` is for every other stage.
    """
    pair = await in_hashing_thread(get_service().log_in, request.username, request.password, client)
    await get_hooks().logged_in(pair, client)
    return token_answer(pair, is_bound=client.device_key is not None)


@router.post("/auth/login/continue", response_model=CompletedLoginResponse, responses=LOGIN_RESPONSES)
async def go_on(request: PendingLoginRequest, client: ProvingSender) -> Response:
    """Complete the next stage of a pending login. If the login is bound to a key, the request needs a proof of that key."""
    return await complete_stage(request.pending_login, request.answers, client, trusts_device=request.trust_device)


async def complete_stage(
    pending_login: str, answers: Mapping[str, str], client: Client, *, trusts_device: bool = False
) -> Response:
    """The pair, if no other stage is due, and new recovery codes if the stage has made some."""
    answers = {**answers, TRUST_DEVICE: YES} if trusts_device else answers
    await in_thread(get_service().login.require_pending, pending_login)  # so that junk takes no place in the line
    logged_in = await in_hashing_thread(get_service().login.go_on, pending_login, answers, client)
    await get_hooks().logged_in(logged_in.pair, client)
    for session_id, reason in logged_in.ended.items():
        session_listeners().ended(session_id, reason)
    members = {"recoveryCodes": logged_in.recovery_codes} if logged_in.recovery_codes else {}
    return token_answer(logged_in.pair, is_bound=client.device_key is not None, **members)


@router.post(
    "/token/revoke", status_code=HTTPStatus.NO_CONTENT, responses=documented(HTTPStatus.UNAUTHORIZED), response_class=Response
)
async def revoke(identity: Bearer, client: Sender) -> Response:
    """End the session that the bearer token belongs to. Its refresh token and its access token are dead at once."""
    await in_thread(get_service().revoke, identity.session_id, RevocationReason.SESSION_REVOKED, client)
    session_listeners().ended(identity.session_id, RevocationReason.SESSION_REVOKED)
    await get_hooks().signed_out(identity)
    return Response(status_code=HTTPStatus.NO_CONTENT)
