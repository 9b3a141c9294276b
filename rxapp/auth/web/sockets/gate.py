"""The gate in front of every WebSocket: limits of their number, of time, and of what clients send."""

import asyncio
import json
import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import reflex as rx
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.callers.request_source import address_of
from rxapp.auth.http.problems.documents import problem
from rxapp.auth.web.reflex_internals.app import Endpoint, get_config
from rxapp.auth.web.reflex_internals.connections import namespaces_to_join
from rxapp.auth.web.sockets.connection_limit import SocketConnections, TooManyConnections
from rxapp.auth.web.sockets.messages import MessageRefused, SocketMessages

JOIN_TIMEOUT_SECONDS = 10
"""From the handshake to the message with which a page connects to Reflex. Pages send it at once."""

ATTACHMENTS_TIMEOUT_SECONDS = 10
"""For each attachment of a binary message."""

SEND_TIMEOUT_SECONDS = 60
"""How long a client may take to read what is sent. Sending blocks only after all buffers on the way are full."""

LARGE_MESSAGE = 16 * 1024
"""Characters. Pages send far less, except for the text of a long form."""

LARGE_MESSAGES_AT_A_TIME = 2
"""In this process. Parsed JSON may take twenty times the size of the message, so many at once would fill the memory."""

PAUSE_AFTER_LARGE_MESSAGES = 3
"""The pause after a large message, in multiples of its own time. So any number of them takes at most half of the processor."""

LONGEST_PAUSE_SECONDS = 0.25
"""A message may take longer because its handler waits for something. This uses no processor, so the pause is limited."""

HEADER_BYTES_AT_MOST = 32 * 1024
QUERY_BYTES_AT_MOST = 4 * 1024
"""Limits of a handshake. Headers and query are kept in several copies as long as the page is open."""

RETRY_AFTER_SECONDS = 30

POLICY_VIOLATION = 1008
"""RFC 6455 §7.4.1."""

_FORWARDED_FOR = b"x-forwarded-for"

_RESPONSE_EXTENSION = "websocket.http.response"
"""The ASGI extension that can refuse a handshake with another status than 403."""

logger = logging.getLogger(__name__)


class SocketGate:
    """ASGI middleware. The limit of connections is for all WebSockets. Messages are checked only on Reflex's (`event_path`).

    A page may join the namespaces that the app has registered with `sio`.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, event_path: str, sio: Any) -> None:
        self._app = app
        self._settings = settings
        self._event_path = event_path
        self._sio = sio
        self.connections = SocketConnections(settings.connections_per_address)
        self._turns = asyncio.Semaphore(LARGE_MESSAGES_AT_A_TIME)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the app, or refuse the handshake."""
        if scope["type"] != "websocket":
            await self._pass_without_upgrade(scope, receive, send)
            return
        if _is_too_long(scope):
            await _refuse(scope, receive, send, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        address = address_of(HTTPConnection(scope), self._settings.trusted_proxy_hops) or ""
        try:
            with self.connections.one_of(address):
                await self._hold(_as_of(address, scope), receive, send)
        except TooManyConnections:
            logger.warning("a WebSocket was refused: %s has %d open", address, self._settings.connections_per_address)
            await _refuse(scope, receive, send, HTTPStatus.TOO_MANY_REQUESTS)

    async def _pass_without_upgrade(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request with several `Connection` headers is no handshake for the server, but one for Engine.IO, past this gate."""
        is_one = scope["type"] == "http" and self._event_path in scope["path"]
        if is_one and any(name == b"upgrade" for name, _ in scope["headers"]):
            refusal = problem(HTTPStatus.BAD_REQUEST, "invalid_request", "This is no WebSocket handshake.")
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._event_path not in scope["path"]:
            await self._app(scope, receive, send)
            return
        messages = SocketMessages(namespaces_to_join(self._sio), self._settings.websocket_message_limit)
        turn = _Turn(self._turns)
        try:
            await self._app(scope, _gated(receive, messages, turn), _with_timeout(send))
        finally:
            turn.end()


def gate_sockets(app: rx.App, settings: Settings) -> Callable[[ASGIApp], ASGIApp]:
    """The gate for `app`, as an `api_transformer`."""
    event_path = get_config().prepend_backend_path(str(Endpoint.EVENT))
    return partial(SocketGate, settings=settings, event_path=event_path, sio=app.sio)


class _Turn:
    """The turn of a large message. It ends when the next message is read: by then this one is handled (`pending_events.py`).

    After the turn there is a pause, so that a client that sends large messages all the time leaves time for the others.
    """

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._began_at: float | None = None

    async def begin(self) -> None:
        await self._turns.acquire()
        self._began_at = _loop_time_in(0)

    def end(self) -> None:
        if self._began_at is not None:
            pause = min(_loop_time_in(0) - self._began_at, LONGEST_PAUSE_SECONDS) * PAUSE_AFTER_LARGE_MESSAGES
            self._began_at = None
            asyncio.get_running_loop().call_later(pause, self._turns.release)


def _gated(receive: Receive, messages: SocketMessages, turn: _Turn) -> Receive:
    """Wraps `receive`. After a forbidden message, or none in time, it reports to the app that the client has gone.

    Engine.IO then ends the connection as usual, and closes it.
    """
    deadline: float | None = _loop_time_in(JOIN_TIMEOUT_SECONDS)
    is_over = False

    async def receive_gated() -> Message:
        nonlocal deadline, is_over
        turn.end()
        if is_over:
            return _GONE
        if messages.has_joined:
            deadline = _loop_time_in(ATTACHMENTS_TIMEOUT_SECONDS) if messages.is_waiting_for_attachments else None
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
            if message["type"] == "websocket.receive":
                content = _content(message)
                if len(content) > LARGE_MESSAGE:
                    await turn.begin()
                messages.hear(content)
        except TimeoutError:
            return _end("no message came in time")
        except MessageRefused as refused:
            return _end(str(refused))
        is_over = messages.has_left
        return message

    def _end(why: str) -> Message:
        nonlocal is_over
        is_over = True
        logger.warning("a WebSocket was closed: %s", why)
        return _GONE

    return receive_gated


def _loop_time_in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


_GONE: Message = {"type": "websocket.disconnect", "code": POLICY_VIOLATION}


def _content(message: Message) -> str | bytes:
    text: str | None = message.get("text")
    return text if text is not None else message.get("bytes") or b""


def _with_timeout(send: Send) -> Send:
    """Wraps `send`. It raises an error if the client does not read."""

    async def send_in_time(message: Message) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await send(message)
        except TimeoutError:
            raise OSError("the client does not read") from None

    return send_in_time


def _as_of(address: str, scope: Scope) -> Scope:
    """The handshake as if the client itself had connected. Reflex would read `X-Forwarded-For` in another way than we do."""
    if not address:
        return scope
    headers = [header for header in scope["headers"] if header[0] != _FORWARDED_FOR]
    port = scope["client"][1] if scope.get("client") else 0
    return {**scope, "client": (address, port), "headers": [*headers, (_FORWARDED_FOR, address.encode())]}


def _is_too_long(scope: Scope) -> bool:
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return headers > HEADER_BYTES_AT_MOST or len(scope.get("query_string", b"")) > QUERY_BYTES_AT_MOST


async def _refuse(scope: Scope, receive: Receive, send: Send, status: HTTPStatus) -> None:
    await receive()  # the client's `websocket.connect`
    if _RESPONSE_EXTENSION not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    code = status.phrase.lower().replace(" ", "_")
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "code": code}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    await send({"type": f"{_RESPONSE_EXTENSION}.start", "status": status.value, "headers": headers})
    await send({"type": f"{_RESPONSE_EXTENSION}.body", "body": json.dumps(body).encode()})
