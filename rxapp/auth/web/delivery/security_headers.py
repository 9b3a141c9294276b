"""Adds security headers to every response of a Reflex app, also to the built pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import reflex as rx
from starlette.applications import Starlette

from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.http.middleware.security_headers import POLICY, SecurityHeaders, SecurityHeadersMiddleware
from rxapp.auth.web.delivery.built_pages import served_pages
from rxapp.auth.web.reflex_internals.app import get_config


def add_security_headers(app: rx.App, settings: Settings, wanted: SecurityHeaders) -> None:
    """Add the headers to every response. The built pages are read when the server starts, because they exist only then."""
    app.register_lifespan_task(_headers_task(settings, wanted))


def _headers_task(settings: Settings, wanted: SecurityHeaders) -> Callable[..., AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def security_headers(starlette_app: Starlette) -> AsyncIterator[None]:
        # An `api_transformer` would be inside Reflex's CORS and error handler, so preflights and errors would have no headers.
        if starlette_app.middleware_stack is not None:
            starlette_app.middleware_stack = SecurityHeadersMiddleware(
                starlette_app.middleware_stack,
                for_pages=wanted.for_pages(settings, served_pages(), get_config().api_url),
                for_others=wanted.for_others(settings),
            )
        yield

    return security_headers


def policy_for_development(wanted: SecurityHeaders) -> rx.Component:
    """For the head of each page: what production forbids is forbidden by Reflex's development server too."""
    return rx.el.meta(http_equiv=POLICY, content=wanted.for_development(get_config().api_url))
