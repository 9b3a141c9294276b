"""Where a browser starts, and where it comes back: `start` → the provider → `callback` → the page with the ticket."""

from http import HTTPMethod, HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from rxapp.auth.core.dpop.spent_proofs import SpentProofsUnavailable
from rxapp.auth.core.errors import AuthError, NotFound
from rxapp.auth.core.login.provider_errors import (
    ProviderLoginCancelled,
    ProviderLoginEnded,
    ProviderLoginRefused,
    ProviderUnavailable,
)
from rxapp.auth.core.service import AuthService
from rxapp.auth.features.providers import cookies
from rxapp.auth.features.providers.client.code_flow import client_of
from rxapp.auth.features.providers.client.id_token import TokenRefused
from rxapp.auth.features.providers.client.outgoing import ProviderFault
from rxapp.auth.features.providers.routes.refusals import note_fault, note_refusal
from rxapp.auth.features.providers.rules.beginning import START_PARAMETER
from rxapp.auth.features.providers.rules.provider import Step, api_url_of, page_of, providers_of
from rxapp.auth.features.providers.rules.transactions import Ticket, Transaction, open_transaction, seal, spend
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender, method_of
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.service import get_service, in_thread

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_FOUND: dict[int | str, dict[str, Any]] = {HTTPStatus.SEE_OTHER.value: {"description": "The browser goes on"}}


@router.get("/auth/providers/{name}/start", status_code=HTTPStatus.SEE_OTHER, response_class=RedirectResponse, responses=_FOUND)
async def start(request: Request, name: str, client: Sender) -> Response:
    """Send the browser to the provider, with a cookie that the callback looks for. For browsers only."""
    service = get_service()
    try:
        _require_whole(request)
        provider = providers_of(service).get(name)
        transaction = open_transaction(service, Step.START, request.query_params.get(START_PARAMETER, ""))
        if transaction.provider != provider.name:
            raise ProviderLoginEnded
        await in_thread(spend, service, Step.START, transaction.state)
    except (AuthError, SpentProofsUnavailable) as error:
        return _back(page_of(service.settings), error)
    try:
        url = await client_of(service, provider).authorization_url(transaction)
    except ProviderFault as fault:
        await note_fault(provider, fault, client)
        return _back(transaction.page, fault, transaction)
    response = RedirectResponse(url, HTTPStatus.SEE_OTHER, _HEADERS)
    sealed = seal(service, Step.CALLBACK, transaction)
    cookies.keep(request, response, transaction.state, sealed, is_secure=_is_secure(service))
    return response


@router.get(
    "/auth/providers/{name}/callback", status_code=HTTPStatus.SEE_OTHER, response_class=RedirectResponse, responses=_FOUND
)
async def callback(request: Request, name: str, client: Sender) -> Response:
    """Where the provider sends the browser. It goes on to the page with a ticket, or with an error."""
    service, state = get_service(), request.query_params.get("state", "")
    is_secure = _is_secure(service)
    try:
        _require_whole(request)
        provider = providers_of(service).get(name)
        transaction = open_transaction(service, Step.CALLBACK, cookies.take(request, state, is_secure=is_secure))
        if (transaction.provider, transaction.state) != (provider.name, state):
            raise ProviderLoginEnded
        await in_thread(service.throttle.count_provider_answer, client.address)
    except (AuthError, SpentProofsUnavailable) as error:
        await note_refusal(client, f"callback: {getattr(error, 'code', 'unavailable')}")
        return _back(page_of(service.settings), error)
    try:
        profile = await client_of(service, provider).profile(transaction, dict(request.query_params))
        await in_thread(spend, service, Step.CALLBACK, state)  # only what the provider has accepted is remembered
    except ProviderLoginCancelled as error:
        response = _back(transaction.page, error, transaction)
    except ProviderFault as fault:
        await note_fault(provider, fault, client)
        response = _back(transaction.page, fault, transaction)
    except (AuthError, SpentProofsUnavailable) as error:
        await note_refusal(client, f"{provider.name}: {_why(error)}")
        response = _back(transaction.page, error, transaction)
    else:
        ticket = seal(service, Step.TICKET, Ticket(transaction, profile, service.clock()))
        response = _to(transaction.page, f"ticket={ticket}", transaction)
    cookies.forget(response, state, is_secure=is_secure)
    return response


def _why(error: Exception) -> str:
    if isinstance(error, TokenRefused):
        return error.why
    return "sub" if isinstance(error, ProviderLoginRefused) else getattr(error, "code", "unavailable")


def _require_whole(request: Request) -> None:
    """Raise `ProviderLoginEnded` for a question about the address only (HEAD), and for a parameter that is repeated.

    RFC 6749 §3.1 forbids that: others could read the first one, and we the last.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if method_of(request) != HTTPMethod.GET or len(names) != len(set(names)):
        raise ProviderLoginEnded


def _is_secure(service: AuthService) -> bool:
    return urlsplit(api_url_of(service.settings)).scheme == "https"


def _back(page: str, error: Exception, transaction: Transaction | None = None) -> Response:
    """To the page, which says in words what its code means."""
    code = error.code if isinstance(error, AuthError) else ProviderUnavailable.code
    return _to(page, f"error={code if code != NotFound.code else ProviderLoginRefused.code}", transaction)


def _to(page: str, result: str, transaction: Transaction | None) -> Response:
    begun = f"&for={transaction.purpose}&next={quote(transaction.next, safe='')}" if transaction else ""
    return RedirectResponse(f"{page}#{result}{begun}", HTTPStatus.SEE_OTHER, _HEADERS)
