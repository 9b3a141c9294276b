"""The outermost layer of a Reflex app: security headers around everything, and the API in front of the pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import reflex as rx
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.content_security_policy import hashes_of_built_pages, hashes_of_page
from rxapp.auth.http.middleware.login_pacing import switch_threads_often
from rxapp.auth.http.middleware.request_border import RequestBorder
from rxapp.auth.http.middleware.security_headers import (
    POLICY,
    ResponseHeaders,
    SecurityHeaders,
    SecurityHeadersMiddleware,
)
from rxapp.auth.http.middleware.unknown_paths import API
from rxapp.auth.web.delivery.built_pages import pages_below, served_pages
from rxapp.auth.web.reflex_internals.app import get_config

_ALSO_API = frozenset({"/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"})


def answer_api_first(
    app: rx.App, api: ASGIApp, settings: Settings, wanted: SecurityHeaders | None
) -> Callable[..., AbstractAsyncContextManager[None]]:
    """A lifespan task. The built pages are read when the server starts, because they exist only then.

    An `api_transformer` would be inside Reflex's CORS and error handler, so preflights and errors would have no headers.
    """

    @asynccontextmanager
    async def api_first(starlette_app: Starlette) -> AsyncIterator[None]:
        switch_threads_often()
        if starlette_app.middleware_stack is not None:
            headers = _headers(settings, wanted) if wanted is not None else None
            pages = starlette_app.middleware_stack
            if headers is not None:
                pages = SecurityHeadersMiddleware(pages, headers)
            starlette_app.middleware_stack = ApiFirst(app, RequestBorder(api, headers), pages)
        yield

    return api_first


class ApiFirst:
    """ASGI middleware: answers requests for the API without Reflex's layers, which are for pages.

    The pages' way leads to the API too, with the same answers. It is for what is spelled in another way, and for sockets.
    """

    def __init__(self, app: rx.App, api: ASGIApp, pages: ASGIApp) -> None:
        self._app = app
        self._api = api
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the API or to the pages."""
        if scope["type"] != "http" or not (scope["path"].startswith(API) or scope["path"] in _ALSO_API):
            await self._pages(scope, receive, send)
            return
        with self._app.set_contexts():  # a route may tell open pages something
            await self._api(scope, receive, send)


def _headers(settings: Settings, wanted: SecurityHeaders) -> ResponseHeaders:
    root, api = served_pages(), get_config().api_url
    return ResponseHeaders(
        for_pages=wanted.for_pages(settings, hashes_of_built_pages(root) if root else (), api),
        for_others=wanted.for_others(settings),
        by_path={
            path: wanted.for_pages(settings, hashes_of_page(file), api)
            for path, file in (pages_below(root) if root else {}).items()
        },
    )


def policy_for_development(wanted: SecurityHeaders) -> rx.Component:
    """For the head of each page: what production forbids is forbidden by Reflex's development server too."""
    return rx.el.meta(http_equiv=POLICY, content=wanted.for_development(get_config().api_url))
