"""The route for uploads of pages. It replaces Reflex's: without a valid ticket it refuses and stores nothing."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.event import Event
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rxapp.auth.core.audit.events import EventKind
from rxapp.auth.core.dpop.spent_proofs import SpentProofsUnavailable
from rxapp.auth.http.callers.request_source import request_client
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.page_session.work import StartedEvent
from rxapp.auth.web.reflex_internals.app import Endpoint, get_config, http_app, registrations
from rxapp.auth.web.reflex_internals.events import RouteVar
from rxapp.auth.web.reflex_internals.uploads import receive
from rxapp.auth.web.uploads import tickets as upload_tickets
from rxapp.auth.web.uploads.tickets import TicketRefused

TICKET_HEADER = "Rxapp-Upload-Ticket"
_PAGE_HEADER, _HANDLER_HEADER = "Reflex-Client-Token", "Reflex-Event-Handler"
"""Reflex's own headers."""


def ask_for_tickets(app: rx.App) -> None:
    """From now on, accept an upload only with a ticket that was issued to its page."""
    path = get_config().prepend_backend_path(str(Endpoint.UPLOAD))
    if (api := http_app(app)) is not None:
        api.router.routes.insert(0, Route(path, _receiver(app), methods=["POST"]))  # in front of Reflex's


def _receiver(app: rx.App) -> Any:
    async def receive_upload(request: Request) -> Response:
        client_token, ticket = request.headers.get(_PAGE_HEADER, ""), request.headers.get(TICKET_HEADER, "")
        try:
            connection, session = await in_thread(upload_tickets.redeem, get_service(), client_token, ticket)
        except TicketRefused:
            named = registrations().event_handlers.get(request.headers.get(_HANDLER_HEADER, ""))
            detail = named.handler.fn.__qualname__ if named is not None else ""  # never a text from the client
            facts: dict[str, Any] = {"client": request_client(request), "detail": detail}
            await in_thread(get_service().failures.record, EventKind.UPLOAD_REFUSED, **facts)
            await _discard_body(request)
            return _refusal(403, "upload_refused", "An upload comes with the ticket that its page was given for it.")
        except SpentProofsUnavailable:
            return _refusal(503, "temporarily_unavailable", "Please try again in a moment.")
        # Reflex receives the upload. Each event that it makes gets the connection and the session of the ticket.
        stand_in: Any = SimpleNamespace(event_processor=_ConnectionProcessor(app, connection, session))
        return await receive(stand_in)(request)

    return receive_upload


class _ConnectionProcessor:
    """The app's event processor, for events that a connection has sent over HTTP."""

    def __init__(self, app: rx.App, connection: str, session: UUID) -> None:
        self._app = app
        self._connection = connection
        self._session = session

    def _of_connection(self, token: str, event: Event) -> Event:
        router_data = {RouteVar.SESSION_ID: self._connection, RouteVar.CLIENT_TOKEN: token}
        return StartedEvent(event.name, router_data, event.payload, started_by=self._session)

    async def enqueue(self, token: str, event: Event) -> Any:
        return await self._app.event_processor.enqueue(token, self._of_connection(token, event))

    def enqueue_stream_delta(self, token: str, event: Event) -> AsyncGenerator[Mapping[str, Any]]:
        return self._app.event_processor.enqueue_stream_delta(token, self._of_connection(token, event))


async def _discard_body(request: Request) -> None:
    """Read the body (`RXAPP_BODY_LIMIT` limits it) and drop it. If not, the server cuts the connection and the answer is lost."""
    with suppress(ClientDisconnect):
        async for _ in request.stream():
            pass


def _refusal(status: int, code: str, detail: str) -> JSONResponse:
    problem = {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail}
    return JSONResponse(problem, status, media_type="application/problem+json")
