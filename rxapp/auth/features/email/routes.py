"""The routes of e-mail, for programs: forgotten passwords, codes to log in with, one's own address, and links in messages."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from rxapp.auth.core.errors import RevocationReason
from rxapp.auth.core.login.strength import Strength
from rxapp.auth.features.email.rules import own_address, recovery, step_up
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.http.api.schemas import (
    MAXIMUM_TOKEN_LENGTH,
    MAXIMUM_USER_NAME_LENGTH,
    Body,
    Text,
    TokenPairResponse,
    token_answer,
)
from rxapp.auth.http.api.token_routes import LOGIN_RESPONSES
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, REFUSALS, Bearer, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])

MAXIMUM_ADDRESS_LENGTH = 320

_ASKED = documented(*COMMON_PROBLEMS, HTTPStatus.TOO_MANY_REQUESTS)
_OF_A_PERSON = REFUSALS | documented(*COMMON_PROBLEMS, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
_NOBODY = documented(*COMMON_PROBLEMS, HTTPStatus.CONFLICT)

Link = Annotated[Text, Field(min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)]


class AskRequest(Body):
    """Who needs a message: a user name or an address."""

    login: Text = Field(min_length=1, max_length=MAXIMUM_ADDRESS_LENGTH)


class AddressRequest(Body):
    """A new address."""

    address: Text = Field(min_length=1, max_length=MAXIMUM_ADDRESS_LENGTH)


class PendingAddressRequest(AddressRequest):
    """The same in the middle of a login."""

    pending_login: Text = Field(alias="pendingLogin", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)


class LinkRequest(Body):
    """The token of a link in a message: the fragment of its URL."""

    link: Link


class MailedCodeRequest(Body):
    """A link's token; or a code, and the `proof` that the request for it was answered with."""

    link: Text = Field("", max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    proof: Text = Field("", max_length=MAXIMUM_USER_NAME_LENGTH)
    code: Text = Field("", max_length=64, repr=False)


class AskedResponse(BaseModel):
    """What goes with the code. It is the same whether there is such an account or not."""

    proof: UUID


class AddressResponse(BaseModel):
    """The confirmed address; empty if there is none."""

    address: str


@router.post("/auth/email/password-reset", status_code=HTTPStatus.ACCEPTED, responses=_ASKED)
async def ask_for_reset(request: AskRequest, client: ProvingSender) -> AskedResponse:
    """Send a link and a code for a new password, if there is such an account. `POST /api/auth/email/login` takes either."""
    return AskedResponse(proof=await in_thread(recovery.ask_for_reset, get_service(), request.login, client))


@router.post("/auth/email/code", status_code=HTTPStatus.ACCEPTED, responses=_ASKED | documented(HTTPStatus.NOT_FOUND))
async def ask_for_code(request: AskRequest, client: ProvingSender) -> AskedResponse:
    """Send a code to log in with, if there is such an account. 404 unless `RXAPP_EMAIL_CODES` is set."""
    return AskedResponse(proof=await in_thread(recovery.ask_for_code, get_service(), request.login, client))


@router.post("/auth/email/login", response_model=TokenPairResponse, responses=LOGIN_RESPONSES)
async def log_in(request: MailedCodeRequest, client: ProvingSender) -> Response:
    """Exchange a mailed code or link for a token pair.

    After a password reset and an invitation it is never complete: 403 `login_incomplete` with the stage `new_password`. A second
    factor comes first. With a `DPoP` header at the request for the code, only the same key may use it.
    """
    mailed = {"link": request.link, "proof_id": request.proof, "code": request.code}
    logged_in = await in_thread(recovery.log_in, get_service(), client, **mailed)
    await get_hooks().logged_in(logged_in.pair, client)
    return token_answer(logged_in.pair, is_bound=client.device_key is not None)


@router.post("/auth/email/address", status_code=HTTPStatus.ACCEPTED, responses=LOGIN_RESPONSES)
async def ask_in_login(request: PendingAddressRequest, client: ProvingSender) -> AskedResponse:
    """Send a code to the address of somebody whose login is at the stage `email`.

    `POST /api/auth/login/continue` with the answers `proof` and `code` confirms it.
    """
    begin = own_address.begin_in_login
    return AskedResponse(proof=await in_thread(begin, get_service(), request.pending_login, request.address, client))


@router.post("/auth/email/undo", status_code=HTTPStatus.NO_CONTENT, responses=_NOBODY, response_class=Response)
async def undo(request: LinkRequest, client: Sender) -> Response:
    """Take a change of the address back, by the link in the message about it. All sessions of the account end."""
    return _ended(await in_thread(own_address.undo, get_service(), request.link, client))


@router.post("/auth/email/not-me", status_code=HTTPStatus.NO_CONTENT, responses=_NOBODY, response_class=Response)
async def disown(request: LinkRequest, client: Sender) -> Response:
    """Say "this was not me": all sessions of the account end, and a link for a new password is sent."""
    return _ended(await in_thread(own_address.disown, get_service(), request.link, client))


def _ended(session_ids: list[UUID]) -> Response:
    for session_id in session_ids:
        session_listeners().ended(session_id, RevocationReason.DISOWNED)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/account/email", responses=REFUSALS)
async def get_address(identity: Bearer) -> AddressResponse:
    """The bearer's confirmed address."""
    return AddressResponse(address=await in_thread(own_address.address_of, get_service(), identity.user_id))


@router.put("/account/email", status_code=HTTPStatus.ACCEPTED, responses=_OF_A_PERSON)
async def change_address(request: AddressRequest, identity: Bearer, client: Sender) -> AskedResponse:
    """Send a link and a code to a new address. Nothing changes before it is confirmed. It needs a fresh authentication.

    The answer does not say whether another account has the address. Its owner is told.
    """
    await _require_strong(identity)
    return AskedResponse(proof=await in_thread(own_address.begin, get_service(), identity, request.address, client))


@router.post("/account/email/confirm", responses=_OF_A_PERSON)
async def confirm_address(request: MailedCodeRequest, identity: Bearer, client: Sender) -> AddressResponse:
    """Confirm the bearer's new address. A link is good only for the account that asked."""
    mailed = MailedCode(request.link, request.proof, request.code)
    return AddressResponse(address=await in_thread(own_address.confirm, get_service(), identity, mailed, client))


@router.delete("/account/email", status_code=HTTPStatus.NO_CONTENT, responses=_OF_A_PERSON, response_class=Response)
async def remove_address(identity: Bearer, client: Sender) -> Response:
    """Remove the bearer's address. 409 if everybody must have one. It needs a fresh authentication."""
    await _require_strong(identity)
    await in_thread(own_address.remove, get_service(), identity, client)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/auth/confirm/email/code", status_code=HTTPStatus.ACCEPTED, responses=_OF_A_PERSON)
async def ask_for_step_up(identity: Bearer, client: Sender) -> AskedResponse:
    """Send a code with which the bearer confirms who they are.

    The answer to `POST /api/auth/confirm/email` is the `proof`, a blank, and the code.
    """
    return AskedResponse(proof=await in_thread(step_up.ask_for_step_up, get_service(), identity, client))


async def _require_strong(identity: Bearer) -> None:
    service = get_service()
    await in_thread(service.confirmation.require_strength, identity, Strength.BEST)
    service.require_fresh(identity)
