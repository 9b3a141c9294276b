"""The routes of passkeys, for programs with a browser's or a device's authenticator. People add passkeys in the pages only."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from rxapp.auth.core.errors import NotFound
from rxapp.auth.features.passkeys.rules import use
from rxapp.auth.http.api.schemas import MAXIMUM_TOKEN_LENGTH, Body, Text, TokenPairResponse, token_answer
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, REFUSALS, Bearer, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.hooks import get_hooks
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.http.runtime.session_listeners import session_listeners

router = APIRouter(route_class=LimitedBodyRoute, tags=[LOG_IN])

_RESPONSES = documented(*COMMON_PROBLEMS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
_NO_STORE = {"Cache-Control": "no-store"}


class OptionsRequest(Body):
    """The pending login, if the passkey is wanted after a password."""

    pending_login: Text = Field("", alias="pendingLogin", max_length=MAXIMUM_TOKEN_LENGTH, repr=False)


class CredentialRequest(Body):
    """What `navigator.credentials.get()` has answered, as `PublicKeyCredential.toJSON()` writes it."""

    credential: dict[str, Any] = Field(repr=False)


@router.post("/api/auth/passkeys/options", response_model=dict[str, Any], responses=_RESPONSES)
async def options_for_login(request: OptionsRequest, client: ProvingSender) -> Response:
    """The options for `navigator.credentials.get()`: to log in with a passkey alone, or to complete a login after the password.

    With a `DPoP` header, only an answer of the same key is good. After the password, the answer goes to
    `POST /api/auth/second-factor`, as JSON text, with the method `pop`.
    """
    if request.pending_login:
        options = await in_thread(use.options_of_pending, get_service(), request.pending_login, client)
    else:
        options = await in_thread(use.login_options, get_service(), client)
    return JSONResponse(options, headers=_NO_STORE)


@router.post("/api/auth/passkeys/login", response_model=TokenPairResponse, responses=_RESPONSES)
async def log_in(request: CredentialRequest, client: ProvingSender) -> Response:
    """Exchange a passkey's answer for a token pair. It counts as two factors. A wrong answer is 401 `wrong_passkey`."""
    logged_in = await in_thread(use.log_in, get_service(), json.dumps(request.credential), client)
    await get_hooks().logged_in(logged_in.pair, client)
    for session_id, reason in logged_in.ended.items():
        session_listeners().ended(session_id, reason)
    return token_answer(logged_in.pair, is_bound=client.device_key is not None)


@router.post(
    "/api/auth/confirm/pop/options",
    response_model=dict[str, Any],
    responses=REFUSALS | documented(*COMMON_PROBLEMS),
)
async def options_for_confirmation(identity: Bearer, client: Sender) -> Response:
    """The options for `navigator.credentials.get()` of whoever is logged in. The answer goes to `POST /api/auth/confirm/pop`."""
    options = await in_thread(use.confirmation_options, get_service(), identity, client)
    return JSONResponse(options, headers=_NO_STORE)


@router.post(
    "/api/auth/confirm/second-factor/options",
    response_model=dict[str, Any],
    responses=REFUSALS | documented(*COMMON_PROBLEMS),
)
async def options_for_second_factor(identity: Bearer, client: Sender) -> Response:
    """The same for a second factor in a session. The answer goes to `POST /api/auth/confirm/second-factor`, as JSON text."""
    options = await in_thread(use.second_factor_options, get_service(), identity.user_id, client)
    return JSONResponse(options, headers=_NO_STORE)


@router.get("/.well-known/webauthn", responses=documented(HTTPStatus.NOT_FOUND))
async def related_origins() -> dict[str, list[str]]:
    """The other origins in which passkeys of this app are good (WebAuthn §5.11). 404 if there are none."""
    origins = get_service().settings.passkey_origins
    if not origins:
        raise NotFound
    return {"origins": list(origins)}
