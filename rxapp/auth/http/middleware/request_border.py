"""The outer layer around the API: a request id and a line of log, the turn of a login, a deadline for the body, headers.

Our other layer, `request_limits.py`, is inside of CORS and of the app's own middleware, so that a page can read its refusals.
"""

import logging
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.core.audit.signals import PAGE_CLOSED, PAGE_OPENED, REQUEST, notify
from rxapp.auth.http.logs.log_format import fields
from rxapp.auth.http.middleware.login_pacing import LoginPacing, is_login
from rxapp.auth.http.middleware.request_body import announced_length, with_deadline
from rxapp.auth.http.middleware.security_headers import ResponseHeaders
from rxapp.auth.http.runtime.request_context import HEADER, begin_request

_HEADER = HEADER.lower().encode()

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

logger = logging.getLogger("rxapp.requests")


class RequestBorder:
    """ASGI middleware. `headers` adds the security headers, if nothing around does.

    The query is never logged, because Reflex's contains the page's client token.
    """

    def __init__(self, app: ASGIApp, headers: ResponseHeaders | None = None) -> None:
        self._app = app
        self._headers = headers
        self._logins = LoginPacing()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and log the result."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_login(scope["path"]):
            await self._logins.wait_for_turn()
        sent_id, length = _noted_headers(scope)
        context = begin_request(sent_id)
        began, status, path, headers = time.perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR.value, scope["path"], self._headers

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if headers is not None:
                    headers.complete(path, message)
                kept = [header for header in message["headers"] if header[0] != _HEADER]
                message["headers"] = [*kept, (_HEADER, context.request_id.encode())]
            await send(message)

        try:
            await self._app(scope, with_deadline(receive, announced_length(length)), send_with_headers)
        except Exception as error:
            if context.failure is not error:
                _log_failure(error)
            raise
        finally:
            _log(scope["method"], path, status, time.perf_counter() - began)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        notify(PAGE_OPENED)
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            _log_failure(error)
            raise
        finally:
            notify(PAGE_CLOSED)


def _noted_headers(scope: Scope) -> tuple[str, bytes]:
    """The id that the client has sent, and the length of the body, as it stands there."""
    sent = dict(scope["headers"])
    return sent.get(_HEADER, b"").decode("latin-1"), sent.get(b"content-length", b"")


def _log_failure(error: Exception) -> None:
    """Log the exception ourselves. The server's own line has its text, which may contain input, so it is shown shortened."""
    logger.error("the app failed at a request", exc_info=error)


def _log(method: str, path: str, status: int, seconds: float) -> None:
    method = method if method in _METHODS else "other"
    notify(REQUEST, f"{method} {status}")
    if logger.isEnabledFor(logging.INFO):
        extra = fields(method=method, path=path, status=status, milliseconds=round(seconds * 1000, 1))
        # Faster than `logger.info`, which would look up the calling line, and search the message for secrets.
        record = logging.LogRecord(logger.name, logging.INFO, __file__, 0, "request", (), None)
        record.__dict__.update(extra)
        logger.handle(record)
