"""What programs do: pages of another kind than ours, and clients of the API."""

from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.login.strength import Strength
from rxapp.auth.features.providers import entering
from rxapp.auth.features.providers.rules import own_links
from rxapp.auth.features.providers.rules.beginning import begin
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.features.providers.rules.transactions import MAXIMUM_NEXT_LENGTH, MAXIMUM_SEALED_LENGTH, Purpose
from rxapp.auth.http.api.schemas import Body, Text, TokenPairResponse, token_answer
from rxapp.auth.http.api.token_routes import LOGIN_RESPONSES
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, REFUSALS, Bearer, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.ids import CANONICAL_UUID
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

_BEGUN = documented(*COMMON_PROBLEMS, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
_OF_A_PERSON = REFUSALS | _BEGUN


class ProviderResponse(BaseModel):
    """A provider with which people can log in."""

    name: str
    label: str
    kind: str


class LinkResponse(BaseModel):
    """An account at a provider that is linked to the bearer's. `provider` is empty if it is not configured any more."""

    id: UUID
    provider: str
    label: str


class BeginRequest(Body):
    """Where the person wants to go afterwards: a path of the pages."""

    next: Text = Field("", max_length=MAXIMUM_NEXT_LENGTH)


class BeginForRequest(BeginRequest):
    """The same for somebody who is logged in, and what for."""

    purpose: Literal["link", "confirm"]


class BegunResponse(BaseModel):
    """The address to which the browser goes next. It is good once, for two minutes."""

    url: str


class TicketRequest(Body):
    """The ticket with which the browser came back: `ticket=…` in the fragment."""

    ticket: Text = Field(min_length=1, max_length=MAXIMUM_SEALED_LENGTH, repr=False)


@router.get("/auth/providers")
async def list_providers() -> list[ProviderResponse]:
    """The providers with which people can log in."""
    return [ProviderResponse(name=each.name, label=each.label, kind=each.kind) for each in providers_of(get_service())]


@router.post("/auth/providers/login", response_model=TokenPairResponse, responses=LOGIN_RESPONSES)
async def log_in(request: TicketRequest, client: ProvingSender) -> Response:
    """Exchange the ticket for a token pair. It is good once, for five minutes, and for the key that began the login."""
    logged_in = await entering.log_in(request.ticket, client)
    return token_answer(logged_in.pair, is_bound=client.device_key is not None)


@router.post("/auth/providers/{name}/begin", responses=_BEGUN)
async def begin_login(name: str, request: BeginRequest, client: ProvingSender, response: Response) -> BegunResponse:
    """Begin a login at a provider. With a `DPoP` header, only the same key can complete it."""
    response.headers["Cache-Control"] = "no-store"
    service = get_service()
    await in_thread(service.device_binding.key_for_login, client)  # its proof is spent
    return BegunResponse(url=await in_thread(begin, service, name, client, next_path=_own_path(request.next)))


@router.get("/account/providers", responses=REFUSALS)
async def list_links(identity: Bearer) -> list[LinkResponse]:
    """The accounts at providers with which the bearer can log in."""
    service, providers = get_service(), providers_of(get_service())
    found = await in_thread(own_links.links_of, service, identity.user_id)
    named = [(each, providers.of_issuer(each.issuer)) for each in found]
    return [LinkResponse(id=each.id, provider=by.name if by else "", label=each.label) for each, by in named]


@router.post("/account/providers/{name}/begin", responses=_OF_A_PERSON)
async def begin_for_person(name: str, request: BeginForRequest, identity: Bearer, client: Sender) -> BegunResponse:
    """Begin to link an account at a provider, or to confirm by one who one is. Linking needs a fresh authentication.

    The ticket of `link` goes to `POST /api/account/providers`, that of `confirm` to `POST /api/auth/confirm/provider`.
    """
    purpose = Purpose(request.purpose)
    if purpose == Purpose.LINK:
        await _require_strong(identity)
    facts: dict[str, Any] = {"purpose": purpose, "identity": identity, "next_path": _own_path(request.next)}
    return BegunResponse(url=await in_thread(begin, get_service(), name, client, **facts))


@router.post("/account/providers", status_code=HTTPStatus.NO_CONTENT, responses=_OF_A_PERSON, response_class=Response)
async def link(request: TicketRequest, identity: Bearer, client: Sender) -> Response:
    """Link the account of the ticket to the bearer's. It needs a fresh authentication."""
    await _require_strong(identity)
    await in_thread(own_links.link, get_service(), identity, request.ticket, client)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete(
    f"/account/providers/{{link_id:{CANONICAL_UUID}}}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_OF_A_PERSON,
    response_class=Response,
)
async def unlink(link_id: UUID, identity: Bearer, client: Sender) -> Response:
    """Remove a link, unless nothing else lets the bearer in. It needs a fresh authentication."""
    await _require_strong(identity)
    for session_id in await in_thread(own_links.unlink, get_service(), identity, link_id, client):
        session_listeners().ended(session_id, RevocationReason.PROVIDER_REMOVED)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _require_strong(identity: Bearer) -> None:
    service = get_service()
    await in_thread(service.confirmation.require_strength, identity, Strength.BEST)
    service.require_fresh(identity)


def _own_path(path: str) -> str:
    """A path of the pages, or an empty text. The page checks it once more."""
    return path if path.startswith("/") and not path.startswith("//") else ""
