"""The headers that tell a browser how to treat what this app answers: pages and assets, API and errors, and each 304."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import reflex as rx
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.content_security_policy import NO_PAGE, PAGE, Sources, hashes_of_built_pages, policy_text
from rxapp.auth.web.delivery.built_pages import served_pages
from rxapp.auth.web.reflex_internals.app import get_config

HSTS_MAX_AGE = timedelta(days=730)
"""Two years: what browsers' preload lists recommend; ASVS 3.4.1 wants one."""

OWN_HOST = (LOOPBACK_NAME, "0.0.0.0", "::")  # noqa: S104  names, nothing is bound
"""What Reflex's pages take, in the API's URL that they were built with, for the host that they come from."""

POLICY = "Content-Security-Policy"

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class SecurityHeaders:
    """What the app around sends beyond, or instead of, what `rxapp.auth` would.

    `sources` adds to the policy for pages, such as `{"img-src": ["https://images.example.com"]}`. `headers` replaces headers by
    their names, or leaves one out where it is None. A header that a route itself sets is left as it is.
    """

    sources: Sources = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def for_pages(self, settings: Settings, pages: Path | None, backend: str = "") -> dict[str, str]:
        """Headers of an HTML page. `pages` is where the built ones lie, `backend` the API's URL if that is another origin."""
        own = {"script-src": hashes_of_built_pages(pages) if pages else [], "connect-src": _connections(backend)}
        return self._with_policy(settings, policy_text(PAGE, own, self.sources))

    def for_others(self, settings: Settings) -> dict[str, str]:
        """Headers of everything else."""
        return self._with_policy(settings, policy_text(NO_PAGE))

    def _with_policy(self, settings: Settings, policy: str) -> dict[str, str]:
        headers = {POLICY: policy, **ALWAYS}
        if settings.in_production:  # over http, where a browser ignores it, only the proxy in front hears it (RFC 6797 §8.1)
            headers["Strict-Transport-Security"] = f"max-age={int(HSTS_MAX_AGE.total_seconds())}; includeSubDomains"
        return {name: value for name, value in {**headers, **self.headers}.items() if value is not None}


DEFAULT_HEADERS = SecurityHeaders()


EXPOSED = "DPoP-Nonce, Retry-After, WWW-Authenticate, X-Request-ID"
"""What a page of an allowed origin may read of an answer, besides the body (for the first: RFC 9449 §8)."""


_CORS = (b"access-control-allow-origin", b"access-control-allow-credentials")


class SecurityHeadersMiddleware:
    """ASGI middleware: adds the headers that an answer does not have yet, and mends what Reflex says for CORS.

    Who somebody is stands in the `Authorization` header, never in a cookie, so a page of another origin needs no credentials.
    """

    def __init__(self, app: ASGIApp, *, for_pages: Mapping[str, str], for_others: Mapping[str, str]) -> None:
        self._app = app
        self._for_pages = _encoded(for_pages)
        self._for_others = _encoded(for_others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = dict(message["headers"])
                more = [header for header in self._headers_of(message["status"], sent) if header[0] not in sent]
                message["headers"] = [*message["headers"], *more]
                if not sent.keys().isdisjoint(_CORS):
                    headers = MutableHeaders(scope=message)
                    del headers["Access-Control-Allow-Credentials"]
                    if "Access-Control-Allow-Origin" in headers:
                        headers.setdefault("Access-Control-Expose-Headers", EXPOSED)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers_of(self, status: int, sent: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """A 304 does not say what it is about, and its headers replace those that the browser has kept with the page."""
        is_page = sent.get(b"content-type", b"").startswith(b"text/html") or status == HTTPStatus.NOT_MODIFIED
        return self._for_pages if is_page else self._for_others


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As ASGI has them: names in lower case."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def add_security_headers(app: rx.App, settings: Settings, wanted: SecurityHeaders) -> None:
    """Give every answer of the app its headers; the built pages are read when the server starts, for by then they are built."""
    app.register_lifespan_task(_around_everything(settings, wanted))


def _around_everything(settings: Settings, wanted: SecurityHeaders) -> Callable[..., AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def security_headers(starlette_app: Starlette) -> AsyncIterator[None]:
        # An `api_transformer` would be inside Reflex's CORS, which answers preflights, and its handler of errors, by themselves.
        if starlette_app.middleware_stack is not None:
            starlette_app.middleware_stack = SecurityHeadersMiddleware(
                starlette_app.middleware_stack,
                for_pages=wanted.for_pages(settings, served_pages(), get_config().api_url),
                for_others=wanted.for_others(settings),
            )
        yield

    return security_headers


def _connections(backend: str) -> list[str]:
    """The origins of an API elsewhere."""
    parts = urlsplit(backend)
    if not parts.hostname or parts.hostname in OWN_HOST:
        return []
    return [f"{scheme}://{parts.netloc}" for scheme in (("https", "wss") if parts.scheme == "https" else ("http", "ws"))]
