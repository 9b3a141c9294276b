"""Where a provider says that somebody has logged out there (OpenID Connect Back-Channel Logout)."""

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from rxapp.auth.core.errors import NotFound, RevocationReason
from rxapp.auth.features.providers.client.code_flow import client_of
from rxapp.auth.features.providers.client.id_token import TokenRefused
from rxapp.auth.features.providers.client.outgoing import ProviderFault
from rxapp.auth.features.providers.routes.refusals import note_refusal
from rxapp.auth.features.providers.rules import logout
from rxapp.auth.features.providers.rules.provider import Provider, Providers, providers_of
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, documented
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.problems.documents import problem
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store"}
_INVALID = "invalid_request"
"""The specification wants it as `error` (§2.8)."""


@router.post(
    "/auth/providers/{name}/backchannel-logout",
    response_class=Response,
    responses=documented(*COMMON_PROBLEMS),
    openapi_extra={"requestBody": {"content": {_FORM: {}}, "required": True}},
)
async def backchannel_logout(request: Request, name: str, client: Sender) -> Response:
    """End the sessions that a provider's logout token names (OpenID Connect Back-Channel Logout). For providers only."""
    service = get_service()
    try:
        provider = _of(providers_of(service), name)
        token = await _logout_token(request)
        claims = await client_of(service, provider).logout_claims(token)
    except (NotFound, TokenRefused, ProviderFault) as error:
        await note_refusal(client, f"logout token: {getattr(error, 'why', error.code)}")
        return problem(HTTPStatus.BAD_REQUEST, _INVALID, "The logout token was not accepted.", members={"error": _INVALID})
    for session_id in await in_thread(logout.end_sessions, service, claims, client):
        session_listeners().ended(session_id, RevocationReason.LOGGED_OUT_AT_PROVIDER)
    return Response(status_code=HTTPStatus.OK, headers=_NO_STORE)


def _of(providers: Providers, name: str) -> Provider:
    provider = providers.get(name)
    if not provider.has_discovery:
        raise NotFound  # it has no such tokens
    return provider


async def _logout_token(request: Request) -> str:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
        raise TokenRefused("it is no form")
    body = await request.body()
    try:
        tokens = parse_qs(body.decode("ascii"), max_num_fields=8).get("logout_token", [])
    except ValueError as error:
        raise TokenRefused("it is no form") from error
    if len(tokens) != 1:
        raise TokenRefused("there is not one logout_token")
    return tokens[0]
