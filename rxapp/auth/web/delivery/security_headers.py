"""Adds security headers to every response of a Reflex app, also to the built pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import reflex as rx
from starlette.applications import Starlette

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.content_security_policy import hashes_of_built_pages, hashes_of_page
from rxapp.auth.http.middleware.security_headers import POLICY, SecurityHeaders, SecurityHeadersMiddleware
from rxapp.auth.web.delivery.built_pages import pages_below, served_pages
from rxapp.auth.web.reflex_internals.app import get_config


def add_security_headers(app: rx.App, settings: Settings, wanted: SecurityHeaders) -> None:
    """Add the headers to every response. The built pages are read when the server starts, because they exist only then."""
    app.register_lifespan_task(_headers_task(settings, wanted))


def _headers_task(settings: Settings, wanted: SecurityHeaders) -> Callable[..., AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def security_headers(starlette_app: Starlette) -> AsyncIterator[None]:
        # An `api_transformer` would be inside Reflex's CORS and error handler, so preflights and errors would have no headers.
        if starlette_app.middleware_stack is not None:
            root, api = served_pages(), get_config().api_url
            starlette_app.middleware_stack = SecurityHeadersMiddleware(
                starlette_app.middleware_stack,
                for_pages=wanted.for_pages(settings, hashes_of_built_pages(root) if root else (), api),
                for_others=wanted.for_others(settings),
                by_path={
                    path: wanted.for_pages(settings, hashes_of_page(file), api)
                    for path, file in (pages_below(root) if root else {}).items()
                },
            )
        yield

    return security_headers


def policy_for_development(wanted: SecurityHeaders) -> rx.Component:
    """For the head of each page: what production forbids is forbidden by Reflex's development server too."""
    return rx.el.meta(http_equiv=POLICY, content=wanted.for_development(get_config().api_url))
