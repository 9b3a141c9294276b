"""The request log: one line for each HTTP request. Its request id is also in the answer, and in all log lines of the request."""

import logging
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.core.audit.signals import PAGE_CLOSED, PAGE_OPENED, REQUEST, notify
from rxapp.auth.http.logs.log_format import fields
from rxapp.auth.http.middleware.body_deadline import with_deadline
from rxapp.auth.http.middleware.body_limit import announced_length
from rxapp.auth.http.runtime.request_context import HEADER, begin_request

_HEADER = HEADER.lower().encode()

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

logger = logging.getLogger("rxapp.requests")


class RequestLog:
    """ASGI middleware around the whole app. The query is never logged, because Reflex's contains the page's client token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and log the result."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = begin_request(dict(scope["headers"]).get(_HEADER, b"").decode("latin-1"))
        id_header = (_HEADER, context.request_id.encode())
        began, status = time.perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*(header for header in message["headers"] if header[0] != _HEADER), id_header]
            await send(message)

        try:
            await self._app(scope, with_deadline(receive, announced_length(scope)), send_with_id)
        except Exception as error:
            if context.failure is not error:
                _log_failure(error)
            raise
        finally:
            _log(scope, status, time.perf_counter() - began)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        notify(PAGE_OPENED)
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            _log_failure(error)
            raise
        finally:
            notify(PAGE_CLOSED)


def _log_failure(error: Exception) -> None:
    """Log the exception ourselves. The server's own line has its text, which may contain input, so it is shown shortened."""
    logger.error("the app failed at a request", exc_info=error)


def _log(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    notify(REQUEST, f"{method} {status}")
    if logger.isEnabledFor(logging.INFO):
        extra = fields(method=method, path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1))
        # Faster than `logger.info`, which would look up the calling line, and search the message for secrets.
        record = logging.LogRecord(logger.name, logging.INFO, __file__, 0, "request", (), None)
        record.__dict__.update(extra)
        logger.handle(record)
