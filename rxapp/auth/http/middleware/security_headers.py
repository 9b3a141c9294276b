"""The headers that tell a browser how to treat what an app answers: pages and assets, API and errors, and each 304."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxapp.auth.core.settings.loopback import LOOPBACK_NAME
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.content_security_policy import (
    NO_PAGE,
    PAGE,
    Sources,
    policy_text,
    together,
)

HSTS_MAX_AGE = timedelta(days=730)
"""Two years: what browsers' preload lists recommend; ASVS 3.4.1 wants one."""

OWN_HOST = (LOOPBACK_NAME, "0.0.0.0", "::")  # noqa: S104  names, nothing is bound
"""What Reflex's pages take, in the API's URL that they were built with, for the host that they come from."""

POLICY = "Content-Security-Policy"

_FOR_HEADERS_ONLY = {"frame-ancestors"}

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_OF_DOCUMENTS = {b"permissions-policy", b"cross-origin-opener-policy"}
"""Browsers read these with a document only. A page has ten scripts, for each of which they would be sent again."""

_NO_DOCUMENT = (b"text/javascript", b"text/css", b"font/")


@dataclass(frozen=True)
class SecurityHeaders:
    """What the app around sends beyond, or instead of, what `rxapp.auth` would.

    `images` are origins from which a page may show images, such as `["https://images.example.com"]`. `sources` adds to any
    directive of the policy for pages, such as `{"frame-src": ["https://www.youtube.com"]}`. With `allow_eval`, a handler may send
    any code to a page (`rx.call_script`), and a component may be a state var; an injected text may then be run as code too.

    `headers` replaces headers by their names, or leaves one out where it is None. A header that a route itself sets is left as it
    is.
    """

    sources: Sources = field(default_factory=dict)
    images: Sequence[str] = ()
    allow_eval: bool = False
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def for_pages(self, settings: Settings, scripts: Iterable[str] = (), backend: str = "") -> dict[str, str]:
        """Headers of an HTML page. `scripts` are the hashes of its inline scripts, `backend` the API's URL if it is elsewhere."""
        own = {"script-src": scripts, "connect-src": _connections(backend)}
        return self._with_policy(settings, policy_text(self.sources_for_pages(own)))

    def for_development(self, backend: str = "") -> str:
        """The policy for the pages of Reflex's development server, as a `meta` element can have it.

        That server has inline scripts of its own. The API, its WebSockets and its uploaded files have another port: that of
        `backend`, its URL.
        """
        uploads = [f"http://*:{urlsplit(backend).port}"] if backend and urlsplit(backend).port else []
        servers = {"script-src": ["'unsafe-inline'"], "connect-src": ["http:", "https:", "ws:", "wss:"]}
        sources = self.sources_for_pages(servers | dict.fromkeys(("default-src", "img-src", "font-src"), uploads))
        return policy_text({name: sources[name] for name in sources if name not in _FOR_HEADERS_ONLY})

    def for_others(self, settings: Settings) -> dict[str, str]:
        """Headers of everything else."""
        return self._with_policy(settings, policy_text(NO_PAGE))

    def sources_for_pages(self, own: Sources | None = None) -> Sources:
        """What a page may load, by directive. `own` is what this build of the app adds."""
        evaluating = ["'unsafe-eval'"] if self.allow_eval else []
        return together(PAGE, own or {}, self.sources, {"img-src": self.images, "script-src": evaluating})

    def _with_policy(self, settings: Settings, policy: str) -> dict[str, str]:
        headers = {POLICY: policy, **ALWAYS}
        if settings.in_production:  # over http, where a browser ignores it, only the proxy in front hears it (RFC 6797 §8.1)
            headers["Strict-Transport-Security"] = f"max-age={int(HSTS_MAX_AGE.total_seconds())}; includeSubDomains"
        return {name: value for name, value in {**headers, **self.headers}.items() if value is not None}


DEFAULT_HEADERS = SecurityHeaders()


EXPOSED = "DPoP-Nonce, Location, Retry-After, WWW-Authenticate, X-Request-ID"
"""What a page of an allowed origin may read of an answer, besides the body (for the first: RFC 9449 §8)."""


_CORS = (b"access-control-allow-origin", b"access-control-allow-credentials")


class ResponseHeaders:
    """Adds the headers that an answer does not have yet, and says for CORS what a page may read.

    A page at a path in `by_path`, which has no slash at its end, gets the headers there; any other page those `for_pages`.

    Who somebody is stands in the `Authorization` header, never in a cookie, so a page of another origin needs no credentials.
    Reflex allows them all the same: that is taken back, unless `keeps_credentials`, for an app that says itself what it allows.
    """

    def __init__(
        self,
        *,
        for_pages: Mapping[str, str],
        for_others: Mapping[str, str],
        by_path: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        keeps_credentials: bool = False,
    ) -> None:
        self._keeps_credentials = keeps_credentials
        self._for_pages = _encoded(for_pages)
        self._for_others = _encoded(for_others)
        self._for_files = [header for header in self._for_others if header[0] not in _OF_DOCUMENTS]
        self._by_path = {path: _encoded(headers) for path, headers in by_path.items()}

    def complete(self, path: str, start: Message) -> None:
        """Change the message with which the answer to this path starts."""
        sent = dict(start["headers"])
        more = [header for header in self._headers_of(path, start["status"], sent) if header[0] not in sent]
        start["headers"] = [*start["headers"], *more]
        if not sent.keys().isdisjoint(_CORS):
            headers = MutableHeaders(scope=start)
            if not self._keeps_credentials:
                del headers["Access-Control-Allow-Credentials"]
            if "Access-Control-Allow-Origin" in headers:
                headers.setdefault("Access-Control-Expose-Headers", EXPOSED)

    def _headers_of(self, path: str, status: int, sent: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """A 304 does not say what it is about, and its headers replace those that the browser has kept with the page."""
        kind = sent.get(b"content-type", b"")
        if kind.startswith(b"text/html") or status == HTTPStatus.NOT_MODIFIED:
            return self._by_path.get(path.rstrip("/"), self._for_pages)
        return self._for_files if kind.startswith(_NO_DOCUMENT) else self._for_others


class SecurityHeadersMiddleware:
    """ASGI middleware: answers as the app does, with these headers."""

    def __init__(self, app: ASGIApp, headers: ResponseHeaders) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._headers.complete(scope["path"], message)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As ASGI has them: names in lower case."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _connections(backend: str) -> list[str]:
    """The origins of an API elsewhere."""
    parts = urlsplit(backend)
    if not parts.hostname or parts.hostname in OWN_HOST:
        return []
    return [f"{scheme}://{parts.netloc}" for scheme in (("https", "wss") if parts.scheme == "https" else ("http", "ws"))]
